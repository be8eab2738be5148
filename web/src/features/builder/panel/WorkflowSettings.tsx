import { Accordion, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useBuilding } from '../context';
import { type Field, fieldsOf } from '../model/schema';
import { Setting } from './Setting';

const GROUPS: Record<string, string[]> = {
  what: ['name', 'description', 'record', 'teams', 'labels', 'timezone'],
  start: ['start', 'inputs', 'purposes'],
  order: ['phases', 'sequential', 'exclusive', 'revise'],
  people: ['assign', 'due'],
  end: ['closing_reasons', 'sync', 'on_abort'],
};
const ELSEWHERE = new Set(['holdfast', 'key', 'steps']);

/** What holds for the workflow as a whole. */
export function WorkflowSettings() {
  const { t } = useTranslation();
  const { document, language } = useBuilding();
  const [open, setOpen] = useState<string[]>(['what']);
  const fields = useMemo(() => fieldsOf(language, language), [language]);
  const named = new Set(Object.values(GROUPS).flat());
  const rest = fields.filter((each) => !named.has(each.key) && !ELSEWHERE.has(each.key));
  const of = (keys: string[]): Field[] => keys.flatMap((key) => fields.filter((each) => each.key === key));
  const groups: [string, Field[]][] = Object.entries(GROUPS).map(([group, keys]) => [group, of(keys)]);
  if (rest.length > 0) groups.push(['rest', rest]);
  return (
    <Stack gap="sm">
      <Title order={2} size="h4" id="builder-settings">
        {t('builder.workflow')}
      </Title>
      <Accordion multiple value={open} onChange={setOpen} keepMounted={false} order={3} variant="separated">
        {groups.map(([group, keys]) => (
          <Accordion.Item key={group} value={group}>
            <Accordion.Control py={4}>
              <Text size="sm" fw={600}>
                {t(`builder.of_workflow.${group}`)}
              </Text>
            </Accordion.Control>
            <Accordion.Panel>
              <Stack gap="sm">
                {group === 'what' && (
                  <TextInput
                    label={t('builder.key_label')}
                    description={t('builder.key_fixed')}
                    value={String(document.key ?? '')}
                    readOnly
                  />
                )}
                {keys.map((field) => (
                  <Setting key={field.key} field={field} place={[]} root={language} />
                ))}
              </Stack>
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
    </Stack>
  );
}
