import { Button, Group, MultiSelect, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useBuilding } from '../context';
import { stepsOf, titleOf } from '../model/document';
import { comesAfter, optionsOf, phasesOf, PORTS, textOf, waitsOf } from '../model/edges';
import { setAfter } from '../model/edit';

/** Whom a step waits for: the edges of the picture as a list, which does all that drawing them does. */
export function After({ step }: { step: string }) {
  const { t } = useTranslation();
  const { document, editable, change } = useBuilding();
  const { waits, implied } = waitsOf(document, step);
  const value = waits.map(textOf);
  const others = stepsOf(document).filter((each) => !comesAfter(document, each.id, step));
  const groups = [
    ...others.map((each) => {
      const options = optionsOf(each);
      const ports = PORTS.filter((port) => port !== 'done');
      return {
        group: titleOf(each),
        items: [
          { value: each.id, label: titleOf(each) },
          ...options.map((option) => ({
            value: `${each.id}:${option.id}`,
            label: `${titleOf(each)}: ${option.label}`,
          })),
          ...ports.map((port) => ({
            value: `${each.id}:${port}`,
            label: `${titleOf(each)}: ${t(`builder.port.${port}`)}`,
          })),
        ],
      };
    }),
    {
      group: t('builder.key.phases'),
      items: phasesOf(document).map((phase) => ({ value: `phase:${phase.id}`, label: phase.title })),
    },
  ].filter((group) => group.items.length > 0);
  const known = new Set(groups.flatMap((group) => group.items.map((item) => item.value)));
  const strange = value.filter((each) => !known.has(each)).map((each) => ({ value: each, label: each }));
  return (
    <Stack gap={4}>
      <MultiSelect
        label={t('builder.key.after')}
        description={t(implied ? 'builder.after_order' : 'builder.after_written')}
        disabled={!editable}
        searchable
        value={value}
        data={[...groups, ...(strange.length ? [{ group: t('builder.unknown'), items: strange }] : [])]}
        onChange={(next) => change((now) => setAfter(now, step, next))}
        placeholder={value.length === 0 ? t('builder.at_start') : undefined}
        nothingFoundMessage={t('palette.nothing')}
        maxDropdownHeight={280}
      />
      {!implied && editable && (
        <Group>
          <Button
            size="compact-xs"
            variant="subtle"
            onClick={() => change((now) => setAfter(now, step, undefined))}
          >
            {t('builder.follow_order')}
          </Button>
        </Group>
      )}
      {implied && value.length === 0 && (
        <Text size="xs" c="dimmed">
          {t('builder.at_start')}
        </Text>
      )}
    </Stack>
  );
}
