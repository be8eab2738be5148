// What stands above every page: where one is, the palette, notices, how things are shown, and who one is.
import {
  ActionIcon,
  Burger,
  Group,
  Text,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { IconMoon, IconSearch, IconSun } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Outbox } from '@/offline/Outbox';
import type { Me } from './session';

const Notices = lazy(() => import('./Notices'));
const Person = lazy(() => import('./Person'));

type Props = { user: Me; opened: boolean; toggle: () => void; onPalette: () => void };

export function Header({ user, opened, toggle, onPalette }: Props) {
  const { t } = useTranslation();
  return (
    <Group h="100%" px={{ base: 'xs', sm: 'md' }} gap="xs" justify="space-between" wrap="nowrap">
      <Group gap="sm" wrap="nowrap">
        <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={t('nav.menu')} />
        <Text component={Link} to="/work" fw={700} size="lg" c="inherit" td="none">
          Holdfast
        </Text>
      </Group>
      <Group gap={4} wrap="nowrap">
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={t('palette.placeholder')}
          onClick={onPalette}
        >
          <IconSearch size={18} aria-hidden />
        </ActionIcon>
        <Outbox user={user.id} />
        <Suspense fallback={null}>
          <Notices />
        </Suspense>
        <Scheme />
        <Suspense fallback={<Text size="sm">{user.name || user.id}</Text>}>
          <Person user={user} />
        </Suspense>
      </Group>
    </Group>
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
      size="lg"
      aria-label={t('settings.scheme')}
      onClick={() => setColorScheme(dark ? 'light' : 'dark')}
    >
      {dark ? <IconSun size={18} aria-hidden /> : <IconMoon size={18} aria-hidden />}
    </ActionIcon>
  );
}
