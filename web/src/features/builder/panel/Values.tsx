import { ActionIcon, Autocomplete, Box, Button, Group, Stack, Text } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Place, useBuilding, useSetAt } from '../context';
import { isObj, type Json, withMember } from '../model/document';
import type { Field } from '../model/schema';
import { textFrom, valueFrom } from '../model/text';
import { Expression } from './Expression';
import { useSuggested } from './suggested';
import { useFindingsAt } from './useFindings';

type Props = { field: Field; place: Place; label: string; value: Json | undefined };

/** Values by name: inputs of an action, fields that are written. The names are offered where they are known. */
export function Values({ field, place, label, value }: Props) {
  const { t } = useTranslation();
  const { editable } = useBuilding();
  const set = useSetAt();
  const map = isObj(value) ? value : {};
  const known = useSuggested(field.key, place.slice(0, -1));
  const free = known.filter((each) => !(each in map));
  const wrong = useFindingsAt(place).join(' ');
  const [name, setName] = useState('');
  const add = (key: string) => {
    if (!key.trim() || key in map) return;
    set(place, { ...map, [key.trim()]: '' });
    setName('');
  };
  return (
    <Stack gap={6}>
      <Text size="sm" fw={500} component="h4" m={0}>
        {label}
      </Text>
      {wrong && (
        <Text size="xs" c="var(--hf-danger)">
          {wrong}
        </Text>
      )}
      {Object.entries(map).map(([key, each]) => (
        <Group key={key} gap={4} align="flex-start" wrap="nowrap">
          <Box flex={1} miw={0}>
            <Expression
              label={key}
              place={[...place, key]}
              value={textFrom(each)}
              onChange={(text) => set([...place, key], valueFrom(text))}
            />
          </Box>
          {editable && (
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t('builder.remove', { name: key })}
              onClick={() => set(place, rest(map, key, field.required))}
            >
              <IconX size={14} aria-hidden />
            </ActionIcon>
          )}
        </Group>
      ))}
      {editable && (
        <Group gap={6} wrap="nowrap">
          <Autocomplete
            flex={1}
            size="xs"
            aria-label={t('builder.add_to', { label })}
            placeholder={t('builder.name_of_value')}
            data={free}
            value={name}
            onChange={setName}
            onOptionSubmit={add}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return;
              event.preventDefault();
              add(name);
            }}
          />
          <Button
            size="compact-sm"
            variant="default"
            disabled={!name.trim()}
            leftSection={<IconPlus size={12} aria-hidden />}
            onClick={() => add(name)}
          >
            {t('builder.add')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function rest(map: Record<string, Json>, key: string, needed: boolean): Json | undefined {
  const left = withMember(map, key, undefined);
  return Object.keys(left).length > 0 || needed ? left : undefined;
}
