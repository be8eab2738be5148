import { Badge, Code, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useMemo } from 'react';
import { type Change, changes, type Member } from './model/changes';
import type { Obj } from './model/document';
import { told } from './model/text';
import { useWords } from './panel/useWords';

const TONES = { added: 'teal', removed: 'red', changed: 'blue', moved: 'gray' };

/** What is different, step by step, in the words of the settings. */
export function Differences({ before, after }: { before: Obj; after: Obj }) {
  const { t } = useTranslation();
  const found = useMemo(() => changes(before, after), [before, after]);
  if (found.length === 0) return <Text c="dimmed">{t('builder.no_difference')}</Text>;
  return (
    <Stack gap="sm">
      {found.map((each) => (
        <One key={each.step ?? ''} change={each} />
      ))}
    </Stack>
  );
}

function One({ change }: { change: Change }) {
  const { t } = useTranslation();
  return (
    <div className="builder-row">
      <Group gap="xs">
        <Text size="sm" fw={600}>
          {change.step === null ? t('builder.workflow') : change.title}
        </Text>
        <Badge size="sm" variant="light" color={TONES[change.what]} tt="none">
          {t(`builder.change.${change.what}`)}
        </Badge>
      </Group>
      {change.what === 'changed' && change.members.map((each) => <Pair key={each.key} member={each} />)}
    </div>
  );
}

function Pair({ member }: { member: Member }) {
  const { t } = useTranslation();
  const { label } = useWords(member.key);
  const side = (value: Member['before']) =>
    value === undefined ? t('builder.nothing_there') : told(value, 300);
  return (
    <Text size="sm" component="div">
      {label}: <Code>{side(member.before)}</Code> → <Code>{side(member.after)}</Code>
    </Text>
  );
}
