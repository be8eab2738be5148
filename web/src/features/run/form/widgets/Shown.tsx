import { Table, Text } from '@mantine/core';
import type { FieldProps } from '@rjsf/utils';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { When } from '@/ui/When';
import type { Hints } from '../model';
import { Labelled } from './Labelled';

/** What is told and not asked: a text, a time, a number, or the rows of a table. */
export function Shown(props: FieldProps<unknown>) {
  const hints = (props.uiSchema?.hints ?? {}) as Hints;
  const value = props.formData;
  return (
    <Labelled {...props} required={false}>
      {hints.widget === 'table' ? (
        <Rows rows={Array.isArray(value) ? value : []} columns={columns(props)} />
      ) : (
        <Text style={{ whiteSpace: 'pre-wrap' }}>
          {[chosen(props.schema, value)].flat().map((each, place) => (
            <Fragment key={String(each)}>
              {place > 0 && ', '}
              <Told value={each} />
            </Fragment>
          ))}
        </Text>
      )}
    </Labelled>
  );
}

type Option = { const: unknown; title?: string };

/** What was chosen, as it was offered. */
function chosen({ oneOf, items }: FieldProps['schema'], value: unknown): unknown {
  const options = (oneOf ?? (items as { oneOf?: unknown[] } | undefined)?.oneOf) as Option[] | undefined;
  const named = (one: unknown) => options?.find((each) => each.const === one)?.title ?? one;
  return Array.isArray(value) ? (value.length > 0 ? value.map(named) : undefined) : named(value);
}

type Column = { name: string; title: string };

function columns({ schema, uiSchema }: FieldProps<unknown>): Column[] {
  const items = (schema.items ?? {}) as { properties?: Record<string, { title?: string }> };
  const order =
    (uiSchema?.hints as Hints | undefined)?.columns?.['ui:order'] ?? Object.keys(items.properties ?? {});
  return order.map((name) => ({ name, title: items.properties?.[name]?.title ?? name }));
}

function Told({ value }: { value: unknown }) {
  const { t } = useTranslation();
  if (value === undefined || value === null || value === '') return <>{t('field.nothing')}</>;
  if (typeof value === 'boolean') return <>{t(value ? 'field.yes' : 'field.no')}</>;
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\d([T ]|$)/.test(value)) return <When value={value} />;
  return <>{typeof value === 'object' ? JSON.stringify(value) : String(value)}</>;
}

function Rows({ rows, columns: names }: { rows: Record<string, unknown>[]; columns: Column[] }) {
  const { t } = useTranslation();
  if (rows.length === 0) return <Text c="dimmed">{t('field.no_rows')}</Text>;
  return (
    <Table.ScrollContainer minWidth={320} mt={4}>
      <Table withTableBorder verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            {names.map((each) => (
              <Table.Th key={each.name}>{each.title}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row, index) => (
            // Rows have no name of their own; they are only shown, so their place is who they are.
            <Table.Tr key={String(row.id ?? index)}>
              {names.map((each) => (
                <Table.Td key={each.name}>
                  <Told value={row[each.name]} />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
