import { Stack, Switch, Text, Timeline } from '@mantine/core';
import { Waiting } from '@/ui/Waiting';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, sent } from '@/api/client';
import { keys } from '@/app/queries';
import { Failed } from '@/ui/Failed';
import { When } from '@/ui/When';
import { shown, told } from './happened';
import type { Run } from './model';

const PAGES = 50;

/** All of them, page by page: they are kept from the first one on, and the newest are wanted first. */
async function everyEvent(run: string) {
  const found = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES; page += 1) {
    const query = { limit: 200, ...(cursor ? { cursor } : {}) };
    const { items, next } = await sent(
      api.GET('/v1/runs/{run}/events', { params: { path: { run }, query } }),
    );
    found.push(...items);
    if (!next) break;
    cursor = next;
  }
  return found;
}

/** What happened to the run, the newest first, in words: who, what, when, why. */
export function History({ run }: { run: Run }) {
  const { t } = useTranslation();
  const [everything, setEverything] = useState(false);
  const events = useQuery({
    queryKey: [...keys.events(run.id), run.seq],
    queryFn: () => everyEvent(run.id),
    placeholderData: (before) => before,
  });
  if (events.isError) return <Failed error={events.error} />;
  if (!events.data) return <Waiting size="sm" />;
  const title = (step: string) => run.steps.find((each) => each.id === step)?.title ?? step;
  const list = shown(events.data, everything);
  return (
    <Stack gap="sm">
      <Switch
        size="xs"
        label={t('history.everything')}
        checked={everything}
        onChange={(event) => setEverything(event.currentTarget.checked)}
      />
      <Timeline bulletSize={12} lineWidth={2} active={list.length} styles={{ item: { marginTop: 12 } }}>
        {list.map((event) => (
          <Timeline.Item
            key={event.seq}
            title={
              <Text size="sm" fw={600}>
                {t(`event.${event.type}`, { defaultValue: event.type.replaceAll('_', ' ') })}
                {event.step && `: ${title(event.step)}`}
              </Text>
            }
          >
            <Text size="xs" c="dimmed">
              {event.actor && `${event.actor} · `}
              <When value={event.at} />
            </Text>
            {told(event) && (
              <Text size="xs" style={{ overflowWrap: 'anywhere' }}>
                {told(event)}
              </Text>
            )}
          </Timeline.Item>
        ))}
      </Timeline>
    </Stack>
  );
}
