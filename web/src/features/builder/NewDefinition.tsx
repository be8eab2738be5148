import { Alert, Button, FileButton, Group, Radio, Stack, Text, TextInput } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconUpload } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Foot } from '@/ui/Foot';
import { Said } from '@/ui/Said';
import { useTemplates } from './hooks';
import { blank, KEY, keyFrom, make, Taken, take } from './making';
import type { Obj } from './model/document';
import { fromYaml } from './model/yaml';

const BLANK = '';

/** Something to begin with: nothing, a template, or a file that was exported elsewhere. */
export function NewDefinition({ onMade }: { onMade: (key: string) => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const templates = useTemplates();
  const [template, setTemplate] = useState(BLANK);
  const [name, setName] = useState('');
  const [typed, setKey] = useState<string | null>(null);
  const key = typed ?? keyFrom(name);
  const done = (made: string) => {
    void client.invalidateQueries({ queryKey: ['definitions'] });
    modals.closeAll();
    onMade(made);
  };
  const create = useMutation({
    mutationFn: () => {
      const from = templates.data?.find((each) => each.id === template);
      const document = from
        ? { ...(from.document as Obj), key, name }
        : blank(key, name, t('builder.first_step'));
      return make(document);
    },
    onSuccess: done,
  });
  const bring = useMutation({
    mutationFn: async (file: File) => {
      const text = await file.text();
      const read = /\.ya?ml$/i.test(file.name) ? fromYaml(text) : { document: JSON.parse(text) as Obj };
      if ('error' in read) throw new Error(t('builder.unreadable', { error: read.error }));
      return take(read.document);
    },
    onSuccess: ([first]) => first && done(first),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  const pick = (id: string) => {
    const from = templates.data?.find((each) => each.id === id);
    setTemplate(id);
    if (!name || templates.data?.some((each) => each.name === name)) setName(from?.name ?? '');
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Radio.Group label={t('builder.begin_with')} value={template} onChange={pick}>
          <Stack gap={8} mt={6}>
            <Radio value={BLANK} label={t('builder.blank')} description={t('builder.blank_help')} />
            {(templates.data ?? []).map((each) => (
              <Radio key={each.id} value={each.id} label={each.name} description={each.description} />
            ))}
          </Stack>
        </Radio.Group>
        <TextInput
          label={t('builder.name')}
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <TextInput
          label={t('builder.key_label')}
          description={t('builder.key_help')}
          required
          value={key}
          onChange={(event) => setKey(event.currentTarget.value)}
          error={key && !KEY.test(key) ? t('builder.key_wrong') : undefined}
        />
        {create.error instanceof Taken ? (
          <Alert color="yellow" role="alert" title={t('builder.key_taken', { key: create.error.message })} />
        ) : (
          create.isError && <Said error={create.error} />
        )}
        {bring.isError && <Said error={bring.error} />}
        <Group justify="space-between">
          <FileButton accept=".json,.yaml,.yml" onChange={(file) => file && bring.mutate(file)}>
            {(props) => (
              <Button
                {...props}
                variant="subtle"
                loading={bring.isPending}
                leftSection={<IconUpload size={16} aria-hidden />}
              >
                {t('builder.import')}
              </Button>
            )}
          </FileButton>
          <Foot>
            <Button type="submit" loading={create.isPending} disabled={!KEY.test(key) || !name.trim()}>
              {t('builder.create')}
            </Button>
          </Foot>
        </Group>
        <Text size="xs" c="dimmed">
          {t('builder.import_help')}
        </Text>
      </Stack>
    </form>
  );
}
