import { ActionIcon, Group, Slider, Stack, Text } from '@mantine/core';
import { useInterval } from '@mantine/hooks';
import {
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerSkipBack,
  IconPlayerSkipForward,
  IconPlayerTrackNext,
  IconPlayerTrackPrev,
} from '@tabler/icons-react';
import { useCallback, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useShortcut } from '@/app/keyboard';
import { lengthOf } from '@/ui/length';
import { Exactly } from '@/ui/When';
import type { Moment } from './moments';

type Props = { list: Moment[]; place: number; onStand: (seq: number) => void };

/** Milliseconds at each moment while it plays by itself. */
const PACE = 1_200;

/** From moment to moment, by itself or by hand. Time in which nothing happened takes no room, and is said. */
export function Player({ list, place, onStand }: Props) {
  const { t, i18n } = useTranslation();
  const move = useCallback(
    (to: number) => {
      const moment = list[Math.min(Math.max(to, 0), list.length - 1)];
      if (moment) onStand(moment.event.seq);
    },
    [list, onStand],
  );
  const last = list.length - 1;
  const playing = useInterval(() => move(place + 1), PACE);
  const { active, stop } = playing;
  useEffect(() => {
    if (active && place >= last) stop();
  }, [active, last, place, stop]);
  useShortcut(
    ']',
    t('replay.next'),
    useCallback(() => move(place + 1), [move, place]),
  );
  useShortcut(
    '[',
    t('replay.previous'),
    useCallback(() => move(place - 1), [move, place]),
  );
  const moment = list[place];
  if (!moment) return null;
  const words = (index: number) => t('replay.place', { at: index + 1, of: list.length });
  return (
    <Stack gap={4} role="group" aria-label={t('replay.player')}>
      <Group gap="xs" wrap="nowrap">
        <Press
          icon={IconPlayerSkipBack}
          words={t('replay.first')}
          off={place === 0}
          onPress={() => move(0)}
        />
        <Press
          icon={IconPlayerTrackPrev}
          words={t('replay.previous')}
          off={place === 0}
          onPress={() => move(place - 1)}
        />
        <Press
          icon={active ? IconPlayerPause : IconPlayerPlay}
          words={t(active ? 'replay.pause' : 'replay.play')}
          off={place >= last}
          onPress={playing.toggle}
        />
        <Press
          icon={IconPlayerTrackNext}
          words={t('replay.next')}
          off={place >= last}
          onPress={() => move(place + 1)}
        />
        <Press
          icon={IconPlayerSkipForward}
          words={t('replay.last')}
          off={place >= last}
          onPress={() => move(last)}
        />
        <Slider
          style={{ flex: 1 }}
          min={0}
          max={Math.max(last, 1)}
          value={place}
          onChange={move}
          label={words}
          thumbLabel={t('replay.moment')}
          thumbProps={{ 'aria-valuetext': words(place) }}
        />
      </Group>
      <Text size="sm" c="dimmed" aria-live="polite">
        {words(place)} · <Exactly value={moment.event.at} />
        {moment.idle > 0 && ` · ${t('replay.idle', { length: lengthOf(moment.idle, i18n.language) })}`}
      </Text>
    </Stack>
  );
}

type PressProps = { icon: typeof IconPlayerPlay; words: string; off: boolean; onPress: () => void };

function Press({ icon: Icon, words, off, onPress }: PressProps) {
  return (
    <ActionIcon variant="default" size="lg" aria-label={words} title={words} disabled={off} onClick={onPress}>
      <Icon size={18} aria-hidden />
    </ActionIcon>
  );
}
