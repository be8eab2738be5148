import {
  ActionIcon,
  AppShell,
  Burger,
  Group,
  Menu,
  NavLink,
  SegmentedControl,
  Text,
  UnstyledButton,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { Waiting } from '@/ui/Waiting';
import { useDisclosure } from '@mantine/hooks';
import { IconChecklist, IconDatabase, IconMoon, IconRoute, IconSun, IconUser } from '@tabler/icons-react';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { SignIn } from '@/features/signin/SignIn';
import { Failed } from '@/ui/Failed';
import { LANGUAGES, speak } from './i18n';
import { Palette } from './Palette';
import { Shortcuts } from './Shortcuts';
import { useSession, useSignOut } from './session';
import { type TimeStyle, useSettings } from './settings';

const PAGES = [
  { to: '/work', name: 'nav.work', icon: IconChecklist },
  { to: '/records', name: 'nav.records', icon: IconDatabase },
  { to: '/runs', name: 'nav.runs', icon: IconRoute },
] as const;

export function Shell() {
  const { t } = useTranslation();
  const session = useSession();
  const [opened, { toggle, close }] = useDisclosure();
  const { pathname } = useLocation();
  if (session.isPending) return <Waiting />;
  if (session.isError && !session.data)
    return <Failed error={session.error} reset={() => void session.refetch()} />;
  if (!session.data?.user) return <SignIn demo={session.data?.demo ?? []} />;
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
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={t('nav.menu')} />
            <Text component={Link} to="/work" fw={700} size="lg" c="inherit" td="none">
              Holdfast
            </Text>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <Scheme />
            <Person name={session.data.user.name || session.data.user.id} />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={t('nav.menu')}>
        {PAGES.map(({ to, name, icon: Icon }) => (
          <NavLink
            key={to}
            renderRoot={(props) => <Link to={to} {...props} />}
            label={t(name)}
            leftSection={<Icon size={18} aria-hidden />}
            active={pathname.startsWith(to)}
            onClick={close}
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="content">
        <Outlet />
      </AppShell.Main>
      <Palette />
      <Shortcuts />
    </AppShell>
  );
}

function Scheme() {
  const { t } = useTranslation();
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme('light') === 'dark';
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={t('settings.scheme')}
      onClick={() => setColorScheme(dark ? 'light' : 'dark')}
    >
      {dark ? <IconSun size={18} aria-hidden /> : <IconMoon size={18} aria-hidden />}
    </ActionIcon>
  );
}

function Person({ name }: { name: string }) {
  const { t, i18n } = useTranslation();
  const settings = useSettings();
  const signOut = useSignOut();
  return (
    <Menu position="bottom-end" width={260} closeOnItemClick={false}>
      <Menu.Target>
        <UnstyledButton px="xs" py={4}>
          <Group gap={6} wrap="nowrap">
            <IconUser size={18} aria-hidden />
            <Text size="sm">{name}</Text>
          </Group>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('settings.times')}</Menu.Label>
        <SegmentedControl
          fullWidth
          size="xs"
          aria-label={t('settings.times')}
          value={settings.times}
          onChange={(value) => settings.change({ times: value as TimeStyle })}
          data={(['relative', 'local', 'utc'] as const).map((value) => ({
            value,
            label: t(`settings.${value}`),
          }))}
        />
        <Menu.Label>{t('settings.language')}</Menu.Label>
        <SegmentedControl
          fullWidth
          size="xs"
          aria-label={t('settings.language')}
          value={i18n.language}
          onChange={speak}
          data={LANGUAGES.map((value) => ({ value, label: value === 'en' ? 'English' : 'Deutsch' }))}
        />
        <Menu.Item onClick={() => settings.change({ shortcuts: !settings.shortcuts })}>
          {settings.shortcuts ? '✓ ' : ''}
          {t('settings.shortcuts')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item onClick={() => signOut.mutate()}>{t('session.out')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
