import { Alert, Anchor, Code, List, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useBuilding } from './context';
import type { Finding } from './hooks';
import { stepAt, told } from './model/found';

const MOST = 50;

/** Everything that is wrong, each with the way to where it is. */
export function Findings() {
  const { t } = useTranslation();
  const { findings, warnings } = useBuilding();
  if (findings.length + warnings.length === 0)
    return (
      <Text size="sm" c="dimmed" role="status">
        {t('builder.no_findings')}
      </Text>
    );
  return (
    <>
      {findings.length > 0 && (
        <Alert color="red" title={t('builder.findings', { count: findings.length })} role="status" p="xs">
          <Listed of={findings} />
        </Alert>
      )}
      {warnings.length > 0 && (
        <Alert color="yellow" title={t('builder.warnings', { count: warnings.length })} p="xs" mt="xs">
          <Listed of={warnings} />
        </Alert>
      )}
    </>
  );
}

export function Listed({ of }: { of: Finding[] }) {
  const { t } = useTranslation();
  const { document, select } = useBuilding();
  return (
    <List size="sm" spacing={6} listStyleType="none" withPadding={false}>
      {of.slice(0, MOST).map((each) => (
        <List.Item key={`${each.path} ${each.code} ${each.message}`}>
          <Anchor
            component="button"
            type="button"
            size="sm"
            ta="left"
            c="var(--hf-words)"
            onClick={() => select(stepAt(document, each.path))}
          >
            {told(document, each.path) || t('builder.workflow')}
          </Anchor>
          <Text size="sm">
            {each.message} <Code>{each.code}</Code>
          </Text>
          {each.hint && <Text size="xs">{each.hint}</Text>}
        </List.Item>
      ))}
      {of.length > MOST && <List.Item>{t('builder.and_more', { count: of.length - MOST })}</List.Item>}
    </List>
  );
}
