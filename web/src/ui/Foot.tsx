import { Button, Group } from '@mantine/core';
import { modals } from '@mantine/modals';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

/** The foot of a dialog: a way out without doing anything, and beside it what does it. */
export function Foot({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={() => modals.closeAll()}>
        {t('step.never_mind')}
      </Button>
      {children}
    </Group>
  );
}
