import { Text, type TextProps } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { type TimeStyle, useSettings } from '@/app/settings';

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** A time as a person set it: relative, in the device's zone, or in UTC. A local date has no zone and stays a date. */
export function told(value: string, style: TimeStyle, language: string, now: number): string {
  if (/^\d{4}-\d\d-\d\d$/.test(value)) {
    return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' }).format(
      new Date(value),
    );
  }
  const at = new Date(value);
  if (style === 'relative') return relative((at.getTime() - now) / 1000, language);
  return clock(at, style, language, 'short');
}

function clock(at: Date, style: TimeStyle, language: string, timeStyle: 'short' | 'medium'): string {
  const zone = style === 'utc' ? { timeZone: 'UTC' } : {};
  const text = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle, ...zone }).format(at);
  return style === 'utc' ? `${text} UTC` : text;
}

function relative(seconds: number, language: string): string {
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const found = STEPS.find(([, size]) => Math.abs(seconds) >= size);
  return found ? format.format(Math.round(seconds / found[1]), found[0]) : format.format(0, 'minute');
}

export function When({ value, ...props }: { value: string | null | undefined } & TextProps) {
  const { times } = useSettings();
  const { i18n } = useTranslation();
  if (!value) return null;
  return (
    <Text span component="time" dateTime={value} title={value} inherit {...props}>
      {told(value, times, i18n.language, Date.now())}
    </Text>
  );
}

/** To the second, for who reads a record: a time there is never told by how long ago it was. */
export function Exactly({ value }: { value: string }) {
  const { times } = useSettings();
  const { i18n } = useTranslation();
  return (
    <time dateTime={value} title={value}>
      {clock(new Date(value), times, i18n.language, 'medium')}
    </time>
  );
}
