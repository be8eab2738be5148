import { Alert, Code, List, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Offline, Problem } from '@/api/client';

/** What went wrong, in the API's own words, with every missing item and the id of the request. */
export function Said({ error }: { error: unknown }) {
  const { t } = useTranslation();
  if (error instanceof Offline) return <Alert color="yellow" role="alert" title={t('problem.offline')} />;
  if (!(error instanceof Problem)) return <Alert color="red" role="alert" title={String(error)} />;
  return (
    <Alert color="red" role="alert" title={error.message}>
      {error.errors.length > 0 && (
        <List size="sm">
          {error.errors.map((each) => (
            <List.Item key={`${each.path} ${each.code}`}>
              {each.message} <Code>{each.path}</Code>
            </List.Item>
          ))}
        </List>
      )}
      {error.traceId && (
        <Text size="xs" c="dimmed">
          {t('problem.request', { id: error.traceId })}
        </Text>
      )}
    </Alert>
  );
}
