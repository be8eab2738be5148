import { Button, Group, Stack, TextInput } from '@mantine/core';
import type { FieldProps } from '@rjsf/utils';
import { useEffect, useRef, useState } from 'react';
import SignaturePad from 'signature_pad';
import { upload } from './files';
import { Labelled } from './Labelled';

type Signed = { name?: string; typed?: boolean; file?: string };

/** Drawn with a finger or a pen, or typed by who cannot draw: with the signer's name either way. */
export function Signature(props: FieldProps<Signed>) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const pad = useRef<SignaturePad>(null);
  const [failed, setFailed] = useState('');
  const value = props.formData ?? {};
  const change = (next: Signed) => props.onChange(next, props.fieldPathId.path);

  useEffect(() => {
    if (!canvas.current) return;
    const scale = Math.max(window.devicePixelRatio, 1);
    canvas.current.width = canvas.current.offsetWidth * scale;
    canvas.current.height = canvas.current.offsetHeight * scale;
    canvas.current.getContext('2d')?.scale(scale, scale);
    pad.current = new SignaturePad(canvas.current, { backgroundColor: '#ffffff' });
    return () => pad.current?.off();
  }, []);

  const keep = async () => {
    if (!canvas.current || pad.current?.isEmpty()) return;
    const blob = await new Promise<Blob | null>((done) => canvas.current?.toBlob(done, 'image/png'));
    if (!blob) return;
    try {
      const { id } = await upload(new File([blob], 'signature.png', { type: 'image/png' }));
      change({ name: value.name, file: id });
      setFailed('');
    } catch (error) {
      setFailed(error instanceof Error ? error.message : String(error));
    }
  };

  return (
    <Labelled {...props} failed={failed}>
      <Stack gap="xs">
        <TextInput
          label="Name of the signer"
          value={value.name ?? ''}
          onChange={(event) =>
            change(
              value.file
                ? { ...value, name: event.currentTarget.value }
                : { name: event.currentTarget.value, typed: true },
            )
          }
        />
        <canvas
          ref={canvas}
          aria-label="Sign here with a finger or a pen"
          style={{
            width: '100%',
            height: 160,
            border: '1px solid var(--mantine-color-gray-5)',
            borderRadius: 8,
            touchAction: 'none',
          }}
          onPointerUp={() => void keep()}
        />
        <Group>
          <Button
            variant="default"
            size="sm"
            onClick={() => {
              pad.current?.clear();
              change({ name: value.name, typed: true });
            }}
          >
            Clear the drawing
          </Button>
        </Group>
      </Stack>
    </Labelled>
  );
}
