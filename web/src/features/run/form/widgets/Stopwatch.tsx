import { Button, Group, Text } from '@mantine/core';
import type { FieldProps } from '@rjsf/utils';
import { IconPlayerPlay, IconPlayerStop, IconRefresh } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Hints } from '../model';
import { Labelled, locked } from './Labelled';

/** One big button that takes the time; how many minutes lie between start and stop is worked out by the API. */
export function Stopwatch(props: FieldProps<{ at?: string; minutes?: number }>) {
  const { t, i18n } = useTranslation();
  const { at, minutes } = props.formData ?? {};
  const stops = (props.uiSchema?.hints as Hints | undefined)?.stops ?? false;
  const Icon = at ? IconRefresh : stops ? IconPlayerStop : IconPlayerPlay;
  const mark = () => props.onChange({ at: new Date().toISOString() }, props.fieldPathId.path);
  const clock = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'medium' });
  return (
    <Labelled {...props}>
      <Group gap="md" mt={4}>
        {at && (
          <Text className="tabular" size="lg" fw={600} component="time" dateTime={at}>
            {clock.format(new Date(at))}
          </Text>
        )}
        {minutes !== undefined && <Text>{t('field.minutes', { n: minutes })}</Text>}
        {!locked(props) && (
          <Button
            size="xl"
            variant={at ? 'default' : 'filled'}
            leftSection={<Icon size={24} aria-hidden />}
            onClick={mark}
          >
            {t(at ? 'field.time_again' : stops ? 'field.time_stop' : 'field.time_start')}
          </Button>
        )}
      </Group>
    </Labelled>
  );
}
