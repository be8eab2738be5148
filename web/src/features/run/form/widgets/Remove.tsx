import { Button } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

/** Takes a file out of an answer again. */
export function Remove({ name, onRemove }: { name: string | undefined; onRemove: () => void }) {
  const { t } = useTranslation();
  return (
    <Button
      variant="subtle"
      size="compact-sm"
      c="var(--hf-danger)"
      style={{ alignSelf: 'flex-start' }}
      leftSection={<IconTrash size={14} aria-hidden />}
      aria-label={t('field.remove_named', { name: name ?? '' })}
      onClick={onRemove}
    >
      {t('field.remove')}
    </Button>
  );
}
