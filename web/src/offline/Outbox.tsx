import { Affix, Alert, Button, CloseButton, Drawer, Group, Stack, Text } from '@mantine/core';
import { useDisclosure, useMediaQuery } from '@mantine/hooks';
import { IconCloudOff, IconCloudUpload } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { When } from '@/ui/When';
import { discard, flush, tryAgain } from './deliver';
import { useQueue } from './outbox';
import { isBehind, type Item, type Queue } from './queue';
import { useFieldwork, useOnline } from './useFieldwork';

/** Whether there is a connection, and what waits for one: in the head of every page, on a phone at its foot. */
export function Outbox({ user }: { user: string }) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  const queue = useQueue();
  const online = useOnline();
  const small = useMediaQuery('(max-width: 48em)');
  useFieldwork(user);
  if (!opened && online && queue.length === 0) return null;
  const sign = <Sign queue={queue} online={online} onClick={open} wide={small ?? false} />;
  return (
    <>
      {small ? (
        <Affix position={{ bottom: 0, left: 0, right: 0 }} className="outbox">
          {sign}
        </Affix>
      ) : (
        sign
      )}
      <Drawer.Root opened={opened} onClose={close} position="right">
        <Drawer.Overlay />
        <Drawer.Content aria-label={t('offline.title')}>
          <Drawer.Body>
            <Group justify="space-between" py="sm">
              <Text fw={650}>{t('offline.title')}</Text>
              <CloseButton size="xl" aria-label={t('keys.close')} onClick={close} />
            </Group>
            <List queue={queue} online={online} user={user} onLeave={close} />
          </Drawer.Body>
        </Drawer.Content>
      </Drawer.Root>
    </>
  );
}

type SignProps = { queue: Queue; online: boolean; onClick: () => void; wide: boolean };

function Sign({ queue, online, onClick, wide }: SignProps) {
  const { t } = useTranslation();
  const no = queue.filter((item) => item.state === 'refused').length;
  const Icon = online ? IconCloudUpload : IconCloudOff;
  const words = [
    ...(online ? [] : [t('offline.away')]),
    ...(queue.length > no ? [t('offline.waiting', { count: queue.length - no })] : []),
    ...(no > 0 ? [t('offline.refused', { count: no })] : []),
  ];
  return (
    <div role="status">
      <Button
        variant={wide ? 'filled' : 'light'}
        color={no > 0 ? 'red.9' : wide ? 'dark' : 'gray'}
        c={wide ? undefined : 'var(--hf-words)'}
        size={wide ? 'md' : 'sm'}
        mih={wide ? 48 : undefined}
        radius={wide ? 0 : 'md'}
        fullWidth={wide}
        leftSection={<Icon size={18} aria-hidden />}
        onClick={onClick}
      >
        {words.join(' · ') || t('offline.none')}
      </Button>
    </div>
  );
}

type ListProps = { queue: Queue; online: boolean; user: string; onLeave: () => void };

function List({ queue, online, user, onLeave }: ListProps) {
  const { t } = useTranslation();
  return (
    <Stack>
      {!online && (
        <Alert color="yellow" title={t('offline.away')}>
          {t('offline.away_note')}
        </Alert>
      )}
      {queue.length === 0 && <Text>{t('offline.none')}</Text>}
      {queue.map((item) => (
        <Entry key={item.body.id} item={item} queue={queue} user={user} onLeave={onLeave} />
      ))}
      {online && queue.some((item) => item.state !== 'refused') && (
        <Button variant="default" onClick={() => void flush()}>
          {t('offline.send_now')}
        </Button>
      )}
    </Stack>
  );
}

type Props = { item: Item; queue: Queue; user: string; onLeave: () => void };

function Entry({ item, queue, user, onLeave }: Props) {
  const { t } = useTranslation();
  const { body, refusal } = item;
  const state = isBehind(queue, item) ? 'behind' : item.state;
  return (
    <Alert color={refusal ? 'red' : 'gray'} title={`${item.title} · ${t(`command.${body.type}`)}`}>
      <Stack gap={6}>
        <Text size="sm">{item.name}</Text>
        <Text size="sm">
          {t(`offline.state.${state}`)} · {t('offline.given')} <When value={body.occurred_at} />
        </Text>
        {item.user !== user && <Text size="sm">{t('offline.other_person', { by: item.user })}</Text>}
        {refusal && <Why refusal={refusal} />}
        <Group gap="xs">
          <Button
            size="sm"
            variant="default"
            renderRoot={(props) => (
              <Link
                to="/runs/$run"
                params={{ run: item.run }}
                search={{ step: body.step ?? '' }}
                {...props}
              />
            )}
            onClick={onLeave}
          >
            {t('offline.open')}
          </Button>
          {refusal && item.user === user && (
            <Button size="sm" variant="default" onClick={() => void tryAgain(body.id)}>
              {t('offline.again')}
            </Button>
          )}
          {item.state !== 'sending' && (
            <Button size="sm" variant="default" c="var(--hf-danger)" onClick={() => void discard(body.id)}>
              {t('offline.discard')}
            </Button>
          )}
        </Group>
      </Stack>
    </Alert>
  );
}

/** In the API's words, with every missing item. */
export function Why({ refusal }: { refusal: NonNullable<Item['refusal']> }) {
  return (
    <div>
      <Text size="sm" fw={600}>
        {refusal.message}
      </Text>
      {refusal.errors.map((each) => (
        <Text size="sm" key={`${each.path} ${each.code}`}>
          {each.message}
        </Text>
      ))}
    </div>
  );
}
