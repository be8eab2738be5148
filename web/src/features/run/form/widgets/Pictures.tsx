import { Button, FileButton, Group, Image, Stack, TextInput } from '@mantine/core';
import type { FieldProps } from '@rjsf/utils';
import { IconCamera, IconPhoto } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type FileAnswer, keep, useSource } from '@/offline/files';
import type { Hints } from '../model';
import { Labelled, locked } from './Labelled';
import { Remove } from './Remove';

/** Pictures from the camera or from what is on the device, each with a caption. */
export function Pictures(props: FieldProps<FileAnswer[]>) {
  const { t } = useTranslation();
  const kept = props.formData ?? [];
  // An upload takes its time: what was typed meanwhile is not undone by it.
  const now = useRef(kept);
  now.current = kept;
  const [failed, setFailed] = useState<string>();
  const change = (next: FileAnswer[]) => props.onChange(next, props.fieldPathId.path);
  const add = async (files: File[]) => {
    try {
      const more = await Promise.all(files.map(keep));
      change([...now.current, ...more]);
      setFailed(undefined);
    } catch (error) {
      setFailed(error instanceof Error ? error.message : String(error));
    }
  };
  const caption = (index: number, text: string) =>
    change(kept.map((each, place) => (place === index ? captioned(each, text) : each)));
  const accept = (props.uiSchema?.hints as Hints | undefined)?.accept?.join(',') ?? 'image/*';
  return (
    <Labelled {...props} failed={failed}>
      <Stack gap="sm" mt={4}>
        {kept.map((picture, index) => (
          <Group key={picture.file} gap="sm" wrap="nowrap" align="flex-start">
            <Picture picture={picture} />
            <Stack gap={4} style={{ flex: 1 }}>
              <TextInput
                aria-label={t('field.caption', { name: picture.name ?? '' })}
                placeholder={t('field.caption_hint')}
                disabled={locked(props)}
                value={picture.caption ?? ''}
                onChange={(event) => caption(index, event.currentTarget.value)}
              />
              {!locked(props) && (
                <Remove name={picture.name} onRemove={() => change(kept.toSpliced(index, 1))} />
              )}
            </Stack>
          </Group>
        ))}
        {!locked(props) && (
          <Group gap="xs">
            <FileButton accept="image/*" capture="environment" onChange={(file) => file && void add([file])}>
              {(button) => (
                <Button
                  {...button}
                  size="md"
                  variant="default"
                  leftSection={<IconCamera size={20} aria-hidden />}
                >
                  {t('field.take_picture')}
                </Button>
              )}
            </FileButton>
            <FileButton accept={accept} multiple onChange={(files) => void add(files)}>
              {(button) => (
                <Button
                  {...button}
                  size="md"
                  variant="default"
                  leftSection={<IconPhoto size={20} aria-hidden />}
                >
                  {t('field.choose_pictures')}
                </Button>
              )}
            </FileButton>
          </Group>
        )}
      </Stack>
    </Labelled>
  );
}

function captioned(picture: FileAnswer, text: string): FileAnswer {
  const { caption: _before, ...rest } = picture;
  return text ? { ...rest, caption: text } : rest;
}

function Picture({ picture }: { picture: FileAnswer }) {
  const source = useSource(picture.file);
  return <Image src={source ?? null} alt={picture.name ?? ''} w={96} h={96} fit="cover" radius="sm" />;
}
