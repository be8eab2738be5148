import { Button, Stack, TextInput } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, sent } from '@/api/client';
import { Foot } from '@/ui/Foot';
import { Said } from '@/ui/Said';
import type { Summary } from './hooks';
import { KEY } from './making';

/** The same content under another key. */
export function Duplicate({ of, onMade }: { of: Summary; onMade: (key: string) => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [key, setKey] = useState(`${of.key.slice(0, 58)}-copy`);
  const [name, setName] = useState(t('builder.copy_of', { name: of.name || of.key }));
  const copy = useMutation({
    mutationFn: () =>
      sent(
        api.POST('/v1/definitions/{key}/duplicate', {
          params: { path: { key: of.key } },
          body: { key, name },
        }),
      ),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['definitions'] });
      modals.closeAll();
      onMade(key);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    copy.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={t('builder.name')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <TextInput
          label={t('builder.key_label')}
          value={key}
          onChange={(event) => setKey(event.currentTarget.value)}
        />
        {copy.isError && <Said error={copy.error} />}
        <Foot>
          <Button type="submit" loading={copy.isPending} disabled={!KEY.test(key) || !name.trim()}>
            {t('builder.duplicate')}
          </Button>
        </Foot>
      </Stack>
    </form>
  );
}
