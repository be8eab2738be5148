import {
  Anchor,
  Button,
  Group,
  Popover,
  SegmentedControl,
  Stack,
  Switch,
  Text,
  UnstyledButton,
} from '@mantine/core';
import { IconUser } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { LANGUAGES, speak } from './i18n';
import { type Me, useSignOut } from './session';
import { type TimeStyle, useSettings } from './settings';

/** Who is signed in, what they set for this device, and the way out. */
export default function Person({ user }: { user: Me }) {
  const { t, i18n } = useTranslation();
  const settings = useSettings();
  const signOut = useSignOut();
  return (
    <Popover position="bottom-end" width={280} trapFocus>
      <Popover.Target>
        <UnstyledButton px={{ base: 2, sm: 'xs' }} py={6}>
          <Group gap={6} wrap="nowrap">
            <IconUser size={18} aria-hidden />
            <Text size="sm" maw={{ base: 48, sm: 200 }} truncate>
              {user.name || user.id}
            </Text>
          </Group>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown aria-label={user.name || user.id}>
        <Stack gap="sm">
          <Text size="xs" c="dimmed">
            {[user.id, ...user.roles].join(' · ')}
          </Text>
          <Choice
            label={t('settings.times')}
            value={settings.times}
            onChange={(value) => settings.change({ times: value as TimeStyle })}
            data={(['relative', 'local', 'utc'] as const).map((value) => ({
              value,
              label: t(`settings.${value}`),
            }))}
          />
          <Choice
            label={t('settings.language')}
            value={i18n.language}
            onChange={speak}
            data={LANGUAGES.map((value) => ({ value, label: value === 'en' ? 'English' : 'Deutsch' }))}
          />
          <Switch
            label={t('settings.shortcuts')}
            checked={settings.shortcuts}
            onChange={(event) => settings.change({ shortcuts: event.currentTarget.checked })}
          />
          <Device />
          <Anchor component={Link} to="/notifications" size="sm">
            {t('settings.told')}
          </Anchor>
          <Button
            variant="default"
            size="xs"
            onClick={() => window.dispatchEvent(new Event('holdfast-keys'))}
          >
            {t('keys.title')} (?)
          </Button>
          <Button variant="default" size="xs" loading={signOut.isPending} onClick={() => signOut.mutate()}>
            {t('session.out')}
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

type ChoiceProps = {
  label: string;
  value: string;
  onChange: (value: string) => void;
  data: { value: string; label: string }[];
};

function Choice({ label, ...rest }: ChoiceProps) {
  return (
    <div>
      <Text size="xs" c="dimmed" mb={4}>
        {label}
      </Text>
      <SegmentedControl fullWidth size="xs" aria-label={label} {...rest} />
    </div>
  );
}

/** Notices by the device itself: asked for by the person, and only then asked of the browser. */
function Device() {
  const { t } = useTranslation();
  const { notify, change } = useSettings();
  if (!('Notification' in window)) return null;
  const ask = async (wanted: boolean) => {
    const may = wanted && (await Notification.requestPermission()) === 'granted';
    change({ notify: may });
  };
  return (
    <Switch
      label={t('settings.notify')}
      description={Notification.permission === 'denied' ? t('settings.notify_denied') : undefined}
      checked={notify && Notification.permission === 'granted'}
      onChange={(event) => void ask(event.currentTarget.checked)}
    />
  );
}
