import { Badge } from '@mantine/core';
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

const ICONS: Record<string, ComponentType<{ size?: number }>> = {
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

/** A status by sign, word and colour: never by colour alone. */
export function Status({ value, tone }: { value: string; tone?: string }) {
  const { t } = useTranslation();
  const Icon = ICONS[value] ?? IconCircle;
  return (
    <Badge color={tone ?? 'gray'} variant="light" leftSection={<Icon size={12} />} tt="none" autoContrast>
      {t(`status.${value}`, { defaultValue: value })}
    </Badge>
  );
}
