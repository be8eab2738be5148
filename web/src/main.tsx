import '@mantine/core/styles.css';
import '@mantine/dates/styles.css';
import '@mantine/notifications/styles.css';
import '@mantine/spotlight/styles.css';
import './app/app.css';
import { MantineProvider } from '@mantine/core';
import { ModalsProvider } from '@mantine/modals';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import i18next from 'i18next';
import { createRoot } from 'react-dom/client';
import { onNobody } from './api/client';
import { keys, queryClient } from './app/queries';
import { router } from './app/router';
import { SettingsProvider } from './app/settings';
import { colorScheme, theme, variables } from './app/theme';
import { install } from './offline/install';
import { keepUp, restore } from './offline/kept';
import { open } from './offline/outbox';
import { showHidden } from './ui/hidden';
import './app/i18n';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');

// Who is not known signs in again; what was entered is kept meanwhile.
onNobody(() => void queryClient.invalidateQueries({ queryKey: keys.session }));
await Promise.all([restore(queryClient), open()]);
keepUp(queryClient);
install();
showHidden(document.documentElement);

createRoot(root).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      colorSchemeManager={colorScheme}
      defaultColorScheme="auto"
    >
      <SettingsProvider>
        <QueryClientProvider client={queryClient}>
          <ModalsProvider modalProps={{ closeButtonProps: { 'aria-label': i18next.t('keys.close') } }}>
            <Notifications position="bottom-right" />
            <RouterProvider router={router} />
          </ModalsProvider>
        </QueryClientProvider>
      </SettingsProvider>
    </MantineProvider>
  </StrictMode>,
);
