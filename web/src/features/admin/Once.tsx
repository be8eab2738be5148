import { Code, CopyButton, Button, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useCell } from './hooks';
import type { Row } from './sections';

const SECRET = ['token', 'secret', 'link', 'url'] as const;

/** What came back: a secret that is told only this once, to be copied; everything else as it is. */
export function Once({ told }: { told: Row }) {
  const { t } = useTranslation();
  const secrets = SECRET.filter((name) => typeof told[name] === 'string');
  const cell = useCell();
  return (
    <Stack gap="sm">
      {secrets.map((name) => (
        <Group key={name} gap="xs" wrap="nowrap">
          <Code block style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap', flex: 1 }}>
            {String(told[name])}
          </Code>
          <CopyButton value={String(told[name])}>
            {({ copied, copy }) => (
              <Button size="xs" variant="default" onClick={copy}>
                {t(copied ? 'run.copied' : 'admin.copy')}
              </Button>
            )}
          </CopyButton>
        </Group>
      ))}
      {secrets.length > 0 && <Text size="sm">{t('admin.only_once')}</Text>}
      {secrets.length === 0 &&
        Object.entries(told).map(([name, value]) => (
          <Text size="sm" key={name} style={{ overflowWrap: 'anywhere' }}>
            {name.replaceAll('_', ' ')}: {cell(value)}
          </Text>
        ))}
    </Stack>
  );
}
