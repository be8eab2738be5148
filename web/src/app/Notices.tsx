import { ActionIcon, Button, Group, Indicator, Popover, ScrollArea, Stack, Text } from '@mantine/core';
import { IconBell } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schemas, sent } from '@/api/client';
import { When } from '@/ui/When';
import { keys } from './queries';
import { useSettings } from './settings';

type Notice = Schemas['Notice'];

const EVERY = 30_000;
const SHOWN = 30;

/** Shows what is new by the device itself, to who asked for it and looks elsewhere. What is there already is not. */
function useDevice(notices: Notice[] | undefined) {
  const { notify } = useSettings();
  const last = useRef<number>(undefined);
  useEffect(() => {
    if (!notices) return;
    const before = last.current;
    last.current = Math.max(before ?? 0, ...notices.map((each) => each.id));
    if (before === undefined || !notify || !document.hidden) return;
    for (const each of notices.filter((one) => one.id > before && !one.read_at))
      new Notification(each.subject, { body: each.text, tag: `holdfast-${each.id}` });
  }, [notices, notify]);
}

/** The bell: what happened while one looked elsewhere. It says how many are unread, and each leads to its step. */
export default function Notices() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [opened, setOpened] = useState(false);
  const notices = useQuery({
    queryKey: keys.notices,
    queryFn: () => sent(api.GET('/v1/me/notices', { params: { query: { limit: SHOWN } } })),
    refetchInterval: EVERY,
    refetchIntervalInBackground: true,
  });
  const items = notices.data?.items;
  useDevice(items);
  const read = useMutation({
    mutationFn: (last: number) => sent(api.POST('/v1/me/notices/read', { body: { up_to: last } })),
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.notices }),
  });
  const unread = items?.filter((each) => !each.read_at) ?? [];
  return (
    <Popover position="bottom-end" width={340} withinPortal opened={opened} onChange={setOpened} trapFocus>
      <Indicator label={unread.length} disabled={unread.length === 0} size={16} offset={7} color="red.9">
        <Popover.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            onClick={() => setOpened((before) => !before)}
            aria-label={t('notices.title', { count: unread.length })}
          >
            <IconBell size={18} aria-hidden />
          </ActionIcon>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown p="sm" aria-label={t('notices.name')}>
        <Group justify="space-between" mb="xs">
          <Text fw={600}>{t('notices.name')}</Text>
          {unread[0] && (
            <Button
              size="compact-xs"
              variant="default"
              loading={read.isPending}
              onClick={() => read.mutate(unread[0]?.id ?? 0)}
            >
              {t('notices.read')}
            </Button>
          )}
        </Group>
        {items?.length === 0 && <Text c="dimmed">{t('notices.none')}</Text>}
        <ScrollArea.Autosize mah={420}>
          <Stack gap="xs">
            {items?.map((each) => (
              <One key={each.id} notice={each} onGo={() => setOpened(false)} />
            ))}
          </Stack>
        </ScrollArea.Autosize>
      </Popover.Dropdown>
    </Popover>
  );
}

function One({ notice, onGo }: { notice: Notice; onGo: () => void }) {
  const words = (
    <>
      <Text size="sm" fw={notice.read_at ? 400 : 650}>
        {notice.subject}
      </Text>
      <Text size="xs" c="dimmed">
        {notice.text} <When value={notice.at} />
      </Text>
    </>
  );
  if (!notice.run) return <div>{words}</div>;
  return (
    <Link
      to="/runs/$run"
      params={{ run: notice.run }}
      search={notice.step ? { step: notice.step } : {}}
      onClick={onGo}
      style={{ color: 'inherit', textDecoration: 'none', display: 'block' }}
    >
      {words}
    </Link>
  );
}
