import { Anchor, Stack, Switch, Text, Timeline } from '@mantine/core';
import { Waiting } from '@/ui/Waiting';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Failed } from '@/ui/Failed';
import { When } from '@/ui/When';
import { useEvents } from './events';
import { shown, told } from './happened';
import type { Run } from './model';

/** What happened to the run, the newest first, in words: who, what, when, why. */
export function History({ run }: { run: Run }) {
  const { t } = useTranslation();
  const [everything, setEverything] = useState(false);
  const events = useEvents(run.id, run.seq);
  if (events.isError) return <Failed error={events.error} />;
  if (!events.data) return <Waiting size="sm" />;
  const title = (step: string) => run.steps.find((each) => each.id === step)?.title ?? step;
  const list = shown(events.data, everything);
  return (
    <Stack gap="sm">
      <Anchor
        size="sm"
        renderRoot={(props) => <Link to="/runs/$run/replay" params={{ run: run.id }} {...props} />}
      >
        {t('history.replay')}
      </Anchor>
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
