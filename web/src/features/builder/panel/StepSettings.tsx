import { Accordion, Badge, Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconCopy, IconTrash } from '@tabler/icons-react';
import { type Ref, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useBuilding } from '../context';
import { placeOf, stepOf, titleOf } from '../model/document';
import { copyStep, removeStep } from '../model/edit';
import { fieldsOf, type Group as Part, GROUPS, grouped } from '../model/schema';
import { After } from './After';
import { Id } from './Id';
import { Setting } from './Setting';
import { useFindingsAt } from './useFindings';

/** All of one step, by what it is about. Keys the console does not know are kept, and seen as YAML. */
export function StepSettings({ step: id, name }: { step: string; name?: Ref<HTMLInputElement> }) {
  const { t } = useTranslation();
  const { document, editable, change, select, kinds } = useBuilding();
  const step = stepOf(document, id);
  const place = ['steps', placeOf(document, id)];
  const [open, setOpen] = useState<string[]>(['what']);
  const whole = useFindingsAt([...place, 'kind']);
  const kind = kinds.find((each) => each.kind === step?.kind);
  const schema = kind?.json_schema as Parameters<typeof fieldsOf>[0] | undefined;
  const groups = useMemo(() => (schema ? grouped(fieldsOf(schema, schema)) : null), [schema]);
  if (!step) return null;
  return (
    <Stack gap="sm">
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Title order={2} size="h4" id="builder-settings">
          {titleOf(step)}
        </Title>
        <Badge variant="light" color="gray" tt="none">
          {t(`builder.kind.${step.kind}`, { defaultValue: step.kind })}
        </Badge>
      </Group>
      {[...whole, ...(kind && !kind.available ? [t('builder.not_run')] : [])].slice(0, 1).map((each) => (
        <Text key={each} size="sm" c="var(--hf-danger)">
          {each}
        </Text>
      ))}
      {editable && (
        <Group gap="xs">
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconCopy size={14} aria-hidden />}
            onClick={() => {
              const copy = copyStep(document, id);
              change(() => copy.document);
              select(copy.id);
            }}
          >
            {t('builder.copy_step')}
          </Button>
          <Button
            size="compact-xs"
            variant="default"
            c="var(--hf-danger)"
            leftSection={<IconTrash size={14} aria-hidden />}
            onClick={() => {
              change((now) => removeStep(now, id));
              select(undefined);
            }}
          >
            {t('builder.remove_step')}
          </Button>
        </Group>
      )}
      {groups && schema && (
        <Accordion multiple value={open} onChange={setOpen} keepMounted={false} order={3} variant="separated">
          {GROUPS.filter((group) => groups[group].length > 0).map((group) => (
            <Accordion.Item key={group} value={group}>
              <Accordion.Control py={4}>
                <Head
                  group={group}
                  count={groups[group].filter((each) => each.key in step).length}
                  place={place}
                  keys={groups[group].map((each) => each.key)}
                />
              </Accordion.Control>
              <Accordion.Panel>
                <Stack gap="sm">
                  {groups[group].map((field) =>
                    field.key === 'after' ? (
                      <After key="after" step={id} />
                    ) : (
                      <Setting key={field.key} field={field} place={place} root={schema} />
                    ),
                  )}
                  {group === 'what' && <Id step={id} {...(name ? { ref: name } : {})} />}
                </Stack>
              </Accordion.Panel>
            </Accordion.Item>
          ))}
        </Accordion>
      )}
    </Stack>
  );
}

type HeadProps = { group: Part; count: number; keys: string[]; place: (string | number)[] };

/** What a group is about, how much of it is set, and whether something in it is wrong. */
function Head({ group, count, keys, place }: HeadProps) {
  const { t } = useTranslation();
  const { findings } = useBuilding();
  const here = `/${place.join('/')}`;
  const wrong = findings.filter((each) =>
    keys.some((key) => each.path === `${here}/${key}` || each.path.startsWith(`${here}/${key}/`)),
  ).length;
  return (
    <Group gap={6}>
      <Text size="sm" fw={600}>
        {t(`builder.group.${group}`)}
      </Text>
      {group !== 'what' && count > 0 && (
        <Text size="xs" c="dimmed">
          {t('builder.set', { count })}
        </Text>
      )}
      {wrong > 0 && (
        <Badge size="sm" color="red" variant="light" tt="none">
          {t('builder.findings', { count: wrong })}
        </Badge>
      )}
    </Group>
  );
}
