import { Button, Stack, Text, TextInput } from '@mantine/core';
import type { FieldProps } from '@rjsf/utils';
import { useEffect, useId, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import SignaturePad from 'signature_pad';
import { type FileAnswer, keepLocally, useSource } from '@/offline/files';
import { Labelled, locked } from './Labelled';

type Signed = { name?: string; typed?: boolean } & Partial<Omit<FileAnswer, 'name'>>;

/**
 * Drawn with a finger or a pen, or typed by who cannot draw: with the signer's name either way. What is drawn stays on
 * the device until the step is sent, since it changes with every stroke.
 */
export function Signature(props: FieldProps<Signed>) {
  const { t } = useTranslation();
  const value = props.formData ?? {};
  const now = useRef(value);
  now.current = value;
  const change = (next: Signed) =>
    props.onChange(next.name || next.file ? next : undefined, props.fieldPathId.path);
  const name = (text: string) => change(value.file ? { ...value, name: text } : { name: text, typed: true });
  const drawn = (file: string | undefined) => {
    const { name: who = '' } = now.current;
    change(file ? { name: who, file } : { name: who, typed: true });
  };
  return (
    <Labelled {...props}>
      <Stack gap="xs" mt={4}>
        <TextInput
          label={t('field.signer')}
          disabled={locked(props)}
          autoComplete="name"
          value={value.name ?? ''}
          onChange={(event) => name(event.currentTarget.value)}
        />
        {locked(props) ? <Given file={value.file} /> : <Pad file={value.file} onDrawn={drawn} />}
      </Stack>
    </Labelled>
  );
}

function Given({ file }: { file: string | undefined }) {
  const { t } = useTranslation();
  const source = useSource(file);
  return source ? <img src={source} alt={t('field.signature')} className="signature-pad" /> : null;
}

type Drawing = { file: string | undefined; onDrawn: (file: string | undefined) => void };

function Pad({ file, onDrawn }: Drawing) {
  const { t } = useTranslation();
  const hint = useId();
  const canvas = useRef<HTMLCanvasElement>(null);
  const pad = useRef<SignaturePad>(null);
  const given = useRef(onDrawn);
  given.current = onDrawn;
  // What was drawn before a reload is shown again; what is drawn now needs no picture of itself.
  const mine = useRef<string>(undefined);
  const before = useSource(file === mine.current ? undefined : file);

  useEffect(() => {
    const at = canvas.current;
    if (!at) return;
    const scale = Math.max(window.devicePixelRatio, 1);
    at.width = at.offsetWidth * scale;
    at.height = at.offsetHeight * scale;
    at.getContext('2d')?.scale(scale, scale);
    const made = new SignaturePad(at, { backgroundColor: '#ffffff' });
    pad.current = made;
    const keep = async () => {
      const blob = await new Promise<Blob | null>((done) => at.toBlob(done, 'image/png'));
      if (!blob) return;
      const kept = await keepLocally(new File([blob], 'signature.png', { type: 'image/png' }));
      mine.current = kept.file;
      given.current(kept.file);
    };
    made.addEventListener('endStroke', () => void keep());
    return () => made.off();
  }, []);
  useEffect(() => {
    if (before) void pad.current?.fromDataURL(before, { ratio: 1 }).catch(() => undefined);
  }, [before]);

  return (
    <>
      <Text size="sm" id={hint}>
        {t('field.sign_here')}
      </Text>
      <canvas ref={canvas} className="signature-pad" role="img" aria-labelledby={hint} />
      <Button
        variant="default"
        size="sm"
        style={{ alignSelf: 'flex-start' }}
        onClick={() => {
          pad.current?.clear();
          given.current(undefined);
        }}
      >
        {t('field.clear_drawing')}
      </Button>
    </>
  );
}
