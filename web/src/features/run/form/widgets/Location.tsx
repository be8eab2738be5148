import { Button, Group, NumberInput, Stack, Text } from '@mantine/core';
import type { FieldProps } from '@rjsf/utils';
import { IconMapPin } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Labelled, locked } from './Labelled';

type Place = { lat?: number | undefined; lon?: number | undefined; accuracy?: number };

/** Where the device is, or the two numbers by hand where it does not tell. */
export function Location(props: FieldProps<Place>) {
  const { t } = useTranslation();
  const [failed, setFailed] = useState<string>();
  const here = props.formData ?? {};
  const change = (next: Place) =>
    props.onChange(
      next.lat === undefined && next.lon === undefined ? undefined : next,
      props.fieldPathId.path,
    );
  const find = () =>
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        setFailed(undefined);
        change({ lat: coords.latitude, lon: coords.longitude, accuracy: Math.round(coords.accuracy) });
      },
      (error) => setFailed(t('field.no_place', { why: error.message })),
      { enableHighAccuracy: true, timeout: 20_000 },
    );
  const by = (name: 'lat' | 'lon') => (value: number | string) =>
    change({ lat: here.lat, lon: here.lon, [name]: value === '' ? undefined : Number(value) });
  return (
    <Labelled {...props} failed={failed}>
      <Stack gap="xs" mt={4} align="flex-start">
        <Group gap="sm" grow w="100%">
          {(['lat', 'lon'] as const).map((name) => (
            <NumberInput
              key={name}
              label={t(`field.${name}`)}
              hideControls
              disabled={locked(props)}
              value={here[name] ?? ''}
              onChange={by(name)}
            />
          ))}
        </Group>
        {here.accuracy !== undefined && (
          <Text size="xs" c="dimmed">
            {t('field.accuracy', { n: here.accuracy })}
          </Text>
        )}
        {!locked(props) && (
          <Button
            size="md"
            variant="default"
            leftSection={<IconMapPin size={18} aria-hidden />}
            onClick={find}
          >
            {t('field.here')}
          </Button>
        )}
      </Stack>
    </Labelled>
  );
}
