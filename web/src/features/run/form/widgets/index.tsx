// Fields of our own: what a browser has no input for. Each gives the value as the API keeps it.
import { ActionIcon, Button, FileButton, Group, Image, Stack, Text, TextInput } from '@mantine/core';
import type { FieldProps, RegistryFieldsType } from '@rjsf/utils';
import { IconCamera, IconMapPin, IconPlayerPlay, IconPlayerStop, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { When } from '@/ui/When';
import { type Kept, upload } from './files';
import { Labelled } from './Labelled';
import { Signature } from './Signature';

function Pictures(props: FieldProps<Kept[]>) {
  const kept = props.formData ?? [];
  const [failed, setFailed] = useState('');
  const add = async (files: File[]) => {
    try {
      const more = await Promise.all(files.map(upload));
      props.onChange([...kept, ...more], props.fieldPathId.path);
      setFailed('');
    } catch (error) {
      setFailed(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <Labelled {...props} failed={failed}>
      <Group gap="xs">
        {kept.map((picture, index) => (
          <Stack key={picture.id} gap={2} align="center">
            <Image
              src={`/v1/files/${picture.id}`}
              alt={picture.name ?? ''}
              w={96}
              h={96}
              fit="cover"
              radius="sm"
            />
            <ActionIcon
              variant="subtle"
              color="red"
              aria-label={`Remove ${picture.name ?? 'picture'}`}
              onClick={() => props.onChange(kept.toSpliced(index, 1), props.fieldPathId.path)}
            >
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
          </Stack>
        ))}
        <FileButton accept="image/*" capture="environment" multiple onChange={(files) => void add(files)}>
          {(button) => (
            <Button
              {...button}
              size="md"
              variant="default"
              leftSection={<IconCamera size={18} aria-hidden />}
            >
              Add pictures
            </Button>
          )}
        </FileButton>
      </Group>
    </Labelled>
  );
}

function OneFile(props: FieldProps<Kept>) {
  const [failed, setFailed] = useState('');
  const put = async (file: File | null) => {
    if (!file) return;
    try {
      props.onChange(await upload(file), props.fieldPathId.path);
      setFailed('');
    } catch (error) {
      setFailed(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <Labelled {...props} failed={failed}>
      <Group gap="xs">
        {props.formData?.name && <Text size="sm">{props.formData.name}</Text>}
        <FileButton onChange={(file) => void put(file)}>
          {(button) => (
            <Button {...button} variant="default">
              Choose a file
            </Button>
          )}
        </FileButton>
      </Group>
    </Labelled>
  );
}

function Stopwatch(props: FieldProps<{ at?: string; minutes?: number }>) {
  const at = props.formData?.at;
  const mark = () => props.onChange({ at: new Date().toISOString() }, props.fieldPathId.path);
  return (
    <Labelled {...props}>
      <Group gap="sm">
        <Button
          size="lg"
          variant={at ? 'default' : 'filled'}
          leftSection={
            at ? <IconPlayerStop size={20} aria-hidden /> : <IconPlayerPlay size={20} aria-hidden />
          }
          onClick={mark}
        >
          {at ? 'Take the time again' : 'Take the time'}
        </Button>
        {at && <When value={at} />}
        {props.formData?.minutes !== undefined && <Text>{props.formData.minutes} min</Text>}
      </Group>
    </Labelled>
  );
}

function Location(props: FieldProps<{ lat: number; lon: number; accuracy?: number }>) {
  const [failed, setFailed] = useState('');
  const find = () =>
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        setFailed('');
        const value = { lat: coords.latitude, lon: coords.longitude, accuracy: Math.round(coords.accuracy) };
        props.onChange(value, props.fieldPathId.path);
      },
      (error) => setFailed(error.message),
      { enableHighAccuracy: true, timeout: 20_000 },
    );
  const here = props.formData;
  return (
    <Labelled {...props} failed={failed}>
      <Group gap="sm">
        <Button size="md" variant="default" leftSection={<IconMapPin size={18} aria-hidden />} onClick={find}>
          Where I am
        </Button>
        {here && (
          <Text className="tabular" size="sm">
            {here.lat.toFixed(5)}, {here.lon.toFixed(5)}
          </Text>
        )}
      </Group>
    </Labelled>
  );
}

function Typed(props: FieldProps<string>) {
  return (
    <Labelled {...props}>
      <TextInput
        aria-label={props.schema.title}
        value={props.formData ?? ''}
        onChange={(event) => props.onChange(event.currentTarget.value || undefined, props.fieldPathId.path)}
      />
    </Labelled>
  );
}

export const FIELDS: RegistryFieldsType = {
  pictures: Pictures,
  file: OneFile,
  signature: Signature,
  stopwatch: Stopwatch,
  location: Location,
  barcode: Typed,
  record: Typed,
} as RegistryFieldsType;
