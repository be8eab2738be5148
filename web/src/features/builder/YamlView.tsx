import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Waiting } from '@/ui/Waiting';
import { useBuilding } from './context';
import { save } from './files';
import { same } from './model/document';
import { fromYaml, toYaml } from './model/yaml';

const Code = lazy(() => import('./panel/Code'));

/** The document as YAML. What is typed holds as soon as it can be read; until then it stays here and says why. */
export default function YamlView() {
  const { t } = useTranslation();
  const { document, editable, change } = useBuilding();
  const [typed, setTyped] = useState<string | null>(null);
  const read = useMemo(() => (typed === null ? null : fromYaml(typed)), [typed]);
  // What was changed elsewhere (undo, the list) is not hidden behind what was typed before.
  const current = read && 'document' in read && same(read.document, document) ? typed : null;
  const broken = read && 'error' in read ? read : null;
  const text = broken ? (typed ?? '') : (current ?? toYaml(document));
  const marks = useMemo(() => {
    if (!broken?.line) return [];
    const lines = text.split('\n');
    const from = lines.slice(0, broken.line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    return [{ from, to: from + (lines[broken.line - 1]?.length ?? 0), message: broken.error }];
  }, [broken, text]);
  const type = (next: string) => {
    if (next === text) return;
    setTyped(next);
    const found = fromYaml(next);
    if ('document' in found && found.document.key === document.key) change(() => found.document, 'yaml');
  };
  const wrongKey = read && 'document' in read && read.document.key !== document.key;
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Text size="xs" c="dimmed">
          {t('builder.yaml_note')}
        </Text>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconDownload size={14} aria-hidden />}
          onClick={() => save(`${String(document.key)}.yaml`, 'application/yaml', toYaml(document))}
        >
          {t('builder.download')}
        </Button>
      </Group>
      {broken && (
        <Alert color="red" role="alert" title={t('builder.yaml_broken')}>
          {broken.error === 'anchor' || broken.error === 'map'
            ? t(`builder.yaml_${broken.error}`)
            : broken.error}
        </Alert>
      )}
      {wrongKey && <Alert color="red" role="alert" title={t('builder.key_fixed')} />}
      <Suspense fallback={<Waiting size="sm" />}>
        <Code
          label={t('builder.yaml')}
          language="yaml"
          value={wrongKey ? (typed ?? '') : text}
          onChange={type}
          marks={marks}
          readOnly={!editable}
        />
      </Suspense>
    </Stack>
  );
}
