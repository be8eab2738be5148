import { Autocomplete, Button, Group, Pill, Popover, Select, Stack } from '@mantine/core';
import { IconFilter } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SearchBox } from '@/ui/SearchBox';
import {
  type Field,
  filtersOf,
  isDay,
  ME,
  type Row,
  type Search,
  seenValues,
  TODAY,
  withFilter,
  withoutFilter,
} from './model';

type Props = { search: Search; fields: Field[]; rows: Row[]; onChange: (search: Search) => void };

/** Words to look for and filters by field, all of them in the address. */
export function Filters({ search, fields, rows, onChange }: Props) {
  const { t } = useTranslation();
  const said = (value: string) =>
    value === ME ? t('filter.me') : value === TODAY ? t('filter.today') : value || t('filter.empty');
  return (
    <Group gap="xs">
      <SearchBox
        w={{ base: '100%', xs: 240 }}
        label={t('records.search')}
        value={search.q ?? ''}
        onSearch={(q) => onChange({ ...search, q })}
      />
      <Add fields={fields} rows={rows} onAdd={(filter) => onChange(withFilter(search, filter))} />
      {filtersOf(search).map(({ field, value }) => (
        <Pill
          key={field}
          size="lg"
          withRemoveButton
          onRemove={() => onChange(withoutFilter(search, field))}
          removeButtonProps={{
            'aria-label': t('filter.remove', { name: field }),
            'aria-hidden': false,
            tabIndex: 0,
          }}
        >
          {t('filter.is', { field: field.replaceAll('_', ' '), value: said(value) })}
        </Pill>
      ))}
    </Group>
  );
}

type AddProps = { fields: Field[]; rows: Row[]; onAdd: (filter: { field: string; value: string }) => void };

function Add({ fields, rows, onAdd }: AddProps) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const [name, setName] = useState<string | null>(null);
  const [value, setValue] = useState('');
  const field = fields.find((each) => each.name === name);
  const add = (wanted: string) => {
    if (!field) return;
    onAdd({ field: field.name, value: wanted });
    setOpened(false);
    setName(null);
    setValue('');
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add(value.trim());
  };
  return (
    <Popover opened={opened} onChange={setOpened} trapFocus shadow="md" width={280} position="bottom-start">
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<IconFilter size={16} aria-hidden />}
          onClick={() => setOpened(!opened)}
        >
          {t('filter.add')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('filter.add')}>
        <form onSubmit={submit}>
          <Stack gap="xs">
            <Select
              label={t('filter.field')}
              data={fields.map((each) => each.name)}
              value={name}
              onChange={setName}
              searchable
              comboboxProps={{ withinPortal: false }}
            />
            <Autocomplete
              label={t('filter.value')}
              data={field ? seenValues(rows, field.name) : []}
              value={value}
              onChange={setValue}
              disabled={!field}
              comboboxProps={{ withinPortal: false }}
            />
            <Group gap="xs">
              <Button type="submit" size="xs" disabled={!field || !value.trim()}>
                {t('filter.use')}
              </Button>
              {field && isDay(field, rows) && (
                <Button size="xs" variant="default" onClick={() => add(TODAY)}>
                  {t('filter.today')}
                </Button>
              )}
              {field?.type === 'text' && (
                <Button size="xs" variant="default" onClick={() => add(ME)}>
                  {t('filter.me')}
                </Button>
              )}
              {field && (
                <Button size="xs" variant="default" onClick={() => add('')}>
                  {t('filter.empty')}
                </Button>
              )}
            </Group>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
