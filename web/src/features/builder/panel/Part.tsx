import { Button, Fieldset, Group, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { type Place, useBuilding, useSetAt } from '../context';
import type { Json, Obj } from '../model/document';
import { type Field, fieldsOf } from '../model/schema';
import { Setting } from './Setting';

type Props = { field: Field; place: Place; root: Obj; label: string; value: Json | undefined };

/** Settings that belong together, there once they are asked for. */
export function Part({ field, place, root, label, value }: Props) {
  const { t } = useTranslation();
  const { editable } = useBuilding();
  const set = useSetAt();
  const [schema] = field.variants;
  if (value === undefined || value === null)
    return (
      <Group gap="xs">
        <Button
          size="compact-sm"
          variant="default"
          disabled={!editable}
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => set(place, {})}
        >
          {label}
        </Button>
      </Group>
    );
  return (
    <Fieldset legend={label} p="xs">
      <Stack gap="xs">
        {schema &&
          fieldsOf(schema, root).map((each) => (
            <Setting key={each.key} field={each} place={place} root={root} />
          ))}
        {!schema && <Text size="sm">{JSON.stringify(value)}</Text>}
        {editable && (
          <Group justify="flex-end">
            <Button
              size="compact-xs"
              variant="subtle"
              color="red.9"
              c="var(--hf-danger)"
              onClick={() => set(place, undefined)}
            >
              {t('builder.leave_out', { label })}
            </Button>
          </Group>
        )}
      </Stack>
    </Fieldset>
  );
}
