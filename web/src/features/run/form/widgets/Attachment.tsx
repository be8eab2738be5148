import { Anchor, Button, FileButton, Group, Stack, Text } from '@mantine/core';
import type { FieldProps } from '@rjsf/utils';
import { IconPaperclip } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type FileAnswer, isLocal, keep } from '@/offline/files';
import type { Hints } from '../model';
import { Labelled, locked } from './Labelled';
import { Remove } from './Remove';

/** One file, or as many as the field takes. */
export function Attachment(props: FieldProps<FileAnswer | FileAnswer[]>) {
  const { t } = useTranslation();
  const most = Number(props.schema.maximum ?? 1);
  const kept = [props.formData ?? []].flat();
  const [failed, setFailed] = useState<string>();
  const change = (next: FileAnswer[]) =>
    props.onChange(next.length === 0 ? undefined : most > 1 ? next : next[0], props.fieldPathId.path);
  const add = async (files: File[]) => {
    try {
      const more = await Promise.all(files.map(keep));
      change(most > 1 ? [...kept, ...more] : more.slice(0, 1));
      setFailed(undefined);
    } catch (error) {
      setFailed(error instanceof Error ? error.message : String(error));
    }
  };
  const accept = (props.uiSchema?.hints as Hints | undefined)?.accept?.join(',');
  return (
    <Labelled {...props} failed={failed}>
      <Stack gap="xs" mt={4} align="flex-start">
        {kept.map((file, index) => (
          <Group key={file.file} gap="xs">
            {isLocal(file.file) ? (
              <Text size="sm">{file.name}</Text>
            ) : (
              <Anchor size="sm" href={`/v1/files/${file.file}`} download>
                {file.name ?? file.file}
              </Anchor>
            )}
            {!locked(props) && <Remove name={file.name} onRemove={() => change(kept.toSpliced(index, 1))} />}
          </Group>
        ))}
        {!locked(props) && kept.length < most && (
          <FileButton
            {...(accept ? { accept } : {})}
            multiple={most > 1}
            onChange={(chosen) => void add([chosen ?? []].flat())}
          >
            {(button) => (
              <Button
                {...button}
                size="md"
                variant="default"
                leftSection={<IconPaperclip size={18} aria-hidden />}
              >
                {t('field.choose_file', { count: most })}
              </Button>
            )}
          </FileButton>
        )}
      </Stack>
    </Labelled>
  );
}
