import { Accordion, ActionIcon, Badge, Button, Group, Menu, Stack, Text } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Place, useBuilding, useSetAt } from '../context';
import { isObj, type Json, type Obj } from '../model/document';
import { beginOf, type Field, fieldsOf, forReading, variantOf } from '../model/schema';
import { told } from '../model/text';
import { Setting } from './Setting';
import { useFindingsAt } from './useFindings';
import { useWords } from './useWords';

type Props = { field: Field; place: Place; root: Obj; label: string; value: Json | undefined };

/** Things in an order: fields of a form, options, triggers. Each opens to its settings, and moves by its buttons. */
export function Items({ field, place, root, label, value }: Props) {
  const { t } = useTranslation();
  const { editable } = useBuilding();
  const set = useSetAt();
  const [open, setOpen] = useState<string | null>(null);
  const items = Array.isArray(value) ? value : [];
  const give = (next: Json[]) => set(place, next.length > 0 || field.required ? next : undefined);
  const add = (begin: Obj) => {
    give([...items, begin]);
    setOpen(String(items.length));
  };
  const wrong = useFindingsAt(place).join(' ');
  return (
    <Stack gap={6}>
      <Group justify="space-between">
        <Text size="sm" fw={500} component="h4" m={0}>
          {label}
        </Text>
        {editable && <Add field={field} label={label} items={items} onAdd={add} />}
      </Group>
      {wrong && (
        <Text size="xs" c="var(--hf-danger)">
          {wrong}
        </Text>
      )}
      {items.length > 0 && (
        <Accordion variant="contained" value={open} onChange={setOpen} keepMounted={false} order={5}>
          {items.map((item, at) => (
            <Item
              key={at}
              at={at}
              last={at === items.length - 1}
              item={isObj(item) ? item : {}}
              field={field}
              place={[...place, at]}
              root={root}
              onMove={(by) => {
                const moved = items[at];
                if (moved === undefined) return;
                give(items.toSpliced(at, 1).toSpliced(at + by, 0, moved));
                setOpen(open === String(at) ? String(at + by) : open);
              }}
              onRemove={() => {
                give(items.toSpliced(at, 1));
                setOpen(null);
              }}
            />
          ))}
        </Accordion>
      )}
      {items.length === 0 && (
        <Text size="xs" c="dimmed">
          {t('builder.none_yet')}
        </Text>
      )}
    </Stack>
  );
}

type AddProps = { field: Field; label: string; items: Json[]; onAdd: (begin: Obj) => void };

function Add({ field, label, items, onAdd }: AddProps) {
  const { t } = useTranslation();
  const { words } = useWords('type');
  const named = t('builder.add_to', { label });
  const button = (
    <Button
      size="compact-xs"
      variant="default"
      aria-label={named}
      leftSection={<IconPlus size={12} aria-hidden />}
    >
      {t('builder.add')}
    </Button>
  );
  if (field.variants.length < 2) {
    const begin = () => onAdd({ ...beginOf(field.variants[0] ?? {}), ...begun(field, items) });
    return (
      <Button
        size="compact-xs"
        variant="default"
        aria-label={named}
        leftSection={<IconPlus size={12} aria-hidden />}
        onClick={begin}
      >
        {t('builder.add')}
      </Button>
    );
  }
  return (
    <Menu shadow="md">
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown>
        {field.variants.map((variant) => {
          const begin = beginOf(variant);
          const name = String(Object.values(begin)[0] ?? '');
          return (
            <Menu.Item key={name} onClick={() => onAdd(begin)}>
              {words(name)}
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}

/** What a new item is called until somebody calls it something, and a form's field its first type. */
function begun(field: Field, items: Json[]): Obj {
  const members = isObj(field.variants[0]?.properties) ? field.variants[0].properties : {};
  if (!('id' in members)) return {};
  const taken = items.map((each) => (isObj(each) ? each.id : null));
  // A model answers in fields, and inputs are fields too.
  const stem = ['output', 'inputs'].includes(field.key) ? 'field' : field.key.replace(/s$/, '');
  let number = items.length + 1;
  while (taken.includes(`${stem}_${number}`)) number += 1;
  return { id: `${stem}_${number}`, ...('type' in members ? { type: 'text' } : {}) };
}

type ItemProps = {
  at: number;
  last: boolean;
  item: Obj;
  field: Field;
  place: Place;
  root: Obj;
  onMove: (by: number) => void;
  onRemove: () => void;
};

function Item({ at, last, item, field, place, root, onMove, onRemove }: ItemProps) {
  const { t } = useTranslation();
  const { editable } = useBuilding();
  const { words } = useWords('type');
  const wrong = useFindingsAt(place, true);
  const variant = variantOf(field.variants, item);
  const name = told(item.label ?? item.title ?? item.id ?? item.event ?? item.type ?? `${at + 1}`, 60);
  return (
    <Accordion.Item value={String(at)}>
      <Group gap={2} wrap="nowrap">
        <Accordion.Control py={2}>
          <Group gap={6}>
            <Text size="sm">{name}</Text>
            {typeof item.type === 'string' && name !== item.type && (
              <Text size="xs" c="dimmed">
                {words(item.type)}
              </Text>
            )}
            {item.required === true && (
              <Text size="xs" c="dimmed">
                {t('builder.required')}
              </Text>
            )}
            {wrong.length > 0 && (
              <Badge size="sm" color="red" variant="light" tt="none">
                {t('builder.findings', { count: wrong.length })}
              </Badge>
            )}
          </Group>
        </Accordion.Control>
        {editable && (
          <Group gap={0} wrap="nowrap" pr={4}>
            <Act
              label={t('builder.up', { name })}
              disabled={at === 0}
              onClick={() => onMove(-1)}
              icon={IconArrowUp}
            />
            <Act
              label={t('builder.down', { name })}
              disabled={last}
              onClick={() => onMove(1)}
              icon={IconArrowDown}
            />
            <Act label={t('builder.remove', { name })} onClick={onRemove} icon={IconTrash} />
          </Group>
        )}
      </Group>
      <Accordion.Panel>
        <Stack gap="xs">
          {forReading(fieldsOf(variant, root)).map((each) => (
            <Setting key={each.key} field={each} place={place} root={root} />
          ))}
        </Stack>
      </Accordion.Panel>
    </Accordion.Item>
  );
}

type ActProps = { label: string; disabled?: boolean; onClick: () => void; icon: typeof IconTrash };

function Act({ label, disabled = false, onClick, icon: Icon }: ActProps) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="sm"
      aria-label={label}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon size={14} aria-hidden />
    </ActionIcon>
  );
}
