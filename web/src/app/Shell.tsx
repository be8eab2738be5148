import { AppShell, NavLink } from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { Link, Outlet, useLocation, useParams } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { FirstPassword, setupToken } from '@/features/signin/FirstPassword';
import { SignIn } from '@/features/signin/SignIn';
import { Failed } from '@/ui/Failed';
import { Waiting } from '@/ui/Waiting';
import { Header } from './Header';
import { useLive } from './live';
import { pagesOf } from './pages';
import { useSession } from './session';
import { useSettings } from './settings';

// What is there for a key or a click comes after the page itself.
const Palette = lazy(() => import('./Palette'));
const Shortcuts = lazy(() => import('./Shortcuts').then((module) => ({ default: module.Shortcuts })));
const openPalette = () => void import('@mantine/spotlight').then(({ spotlight }) => spotlight.open());

export function Shell() {
  const { t } = useTranslation();
  const session = useSession();
  const [opened, { toggle, close }] = useDisclosure();
  const { pathname } = useLocation();
  const { shortcuts } = useSettings();
  useLive(session.data?.user?.id, useParams({ strict: false }).run);
  useHotkeys(shortcuts ? [['mod+K', openPalette]] : [], [], true);
  if (session.isPending) return <Waiting />;
  if (session.isError && !session.data)
    return <Failed whole error={session.error} reset={() => void session.refetch()} />;
  const token = setupToken();
  if (token && !session.data?.user) return <FirstPassword token={token} />;
  if (!session.data?.user) return <SignIn demo={session.data?.demo ?? []} oidc={session.data?.oidc} />;
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 190, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding="md"
    >
      <a className="skip-link" href="#content">
        {t('nav.skip')}
      </a>
      <AppShell.Header>
        <Header user={session.data.user} opened={opened} toggle={toggle} onPalette={openPalette} />
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={t('nav.menu')}>
        {pagesOf(session.data.user).map(({ to, name, icon: Icon }) => (
          <NavLink
            key={to}
            renderRoot={(props) => <Link to={to} {...props} />}
            label={t(name)}
            leftSection={<Icon size={18} aria-hidden />}
            active={pathname === to || pathname.startsWith(`${to}/`)}
            onClick={close}
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="content">
        <Outlet />
      </AppShell.Main>
      <Suspense fallback={null}>
        <Palette />
        <Shortcuts />
      </Suspense>
    </AppShell>
  );
}
