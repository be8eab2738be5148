import { Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ToCopy } from '@/ui/ToCopy';
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
        <ToCopy key={name} value={String(told[name])} label={t('admin.copy')} />
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
