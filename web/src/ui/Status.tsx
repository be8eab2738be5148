import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconCheck,
  IconCircle,
  IconCircleDashed,
  IconClock,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerSkipForward,
  IconX,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { useTranslation } from 'react-i18next';
import './status.css';

const ICONS: Record<string, ComponentType<{ size?: number; 'aria-hidden'?: boolean }>> = {
  pending: IconCircleDashed,
  ready: IconCircle,
  in_progress: IconPlayerPlay,
  on_hold: IconPlayerPause,
  saved: IconPlayerPause,
  scheduled: IconClock,
  waiting: IconClock,
  running: IconPlayerPlay,
  attention: IconAlertTriangle,
  done: IconCheck,
  completed: IconCheck,
  skipped: IconPlayerSkipForward,
  not_taken: IconX,
  aborted: IconX,
  revised: IconArrowBackUp,
  cancelled: IconX,
};

const TONES: Record<string, string> = {
  ready: 'blue',
  in_progress: 'blue',
  on_hold: 'yellow',
  scheduled: 'grape',
  running: 'cyan',
  waiting: 'gray',
  attention: 'orange',
  done: 'teal',
  skipped: 'gray',
  not_taken: 'gray',
  pending: 'gray',
  revised: 'gray',
  cancelled: 'gray',
  saved: 'yellow',
  completed: 'teal',
  aborted: 'red',
};

/** A status by sign, word and colour: never by colour alone. A plain element: long lists are full of them. */
export function Status({ value }: { value: string }) {
  const { t } = useTranslation();
  const Icon = ICONS[value] ?? IconCircle;
  return (
    <span
      className="status"
      style={{ backgroundColor: `var(--mantine-color-${TONES[value] ?? 'gray'}-light)` }}
    >
      <Icon size={12} aria-hidden />
      {t(`status.${value}`, { defaultValue: value })}
    </span>
  );
}
