// Files an answer names. Where there is a connection they are uploaded at once; where there is none they are kept on
// the device under a name of their own, and uploaded before the answer that names them is sent.
import { createStore, del, get, set } from 'idb-keyval';
import { useEffect, useState } from 'react';
import { csrfToken, fetched, Offline } from '@/api/client';
import { isLocal, LOCAL, replaced } from './names';

export { isLocal } from './names';

/** A file as an answer holds it: its id, and what a person reads of it. */
export type FileAnswer = { file: string; name?: string; type?: string; caption?: string };
type Blobbed = { bytes: ArrayBuffer; name: string; type: string };

const store = createStore('holdfast-files', 'files');

/** Uploads a file and gives it as an answer holds it. Throws what the API says, or Offline. */
async function upload(file: File): Promise<FileAnswer> {
  const body = new FormData();
  body.append('file', file);
  const kept = await fetched(
    fetch('/v1/files', { method: 'POST', body, headers: { 'X-CSRF-Token': csrfToken() } }),
  );
  const { id, type } = kept as { id: string; type: string };
  return { file: id, name: file.name, type };
}

/** A file for an answer: uploaded, or kept here until it can be. Throws what the API says against it. */
export async function keep(file: File): Promise<FileAnswer> {
  try {
    return await upload(file);
  } catch (error) {
    if (error instanceof Offline) return keepLocally(file);
    throw error;
  }
}

/** Keeps a file on this device, in the place of `instead` where that is a file kept here. */
export async function keepLocally(file: File, instead?: string): Promise<FileAnswer> {
  const name = instead && isLocal(instead) ? instead : `${LOCAL}${crypto.randomUUID()}`;
  const kept: Blobbed = { bytes: await file.arrayBuffer(), name: file.name, type: file.type };
  await set(name, kept, store);
  return { file: name, name: file.name, type: file.type };
}

/** The same answer with every file of this device uploaded. Throws as uploading does; what was uploaded stays so. */
export async function uploaded<T>(value: T, names: string[]): Promise<T> {
  let found = value;
  for (const name of names) {
    const kept = await get<Blobbed>(name, store);
    if (!kept) continue;
    const { file } = await upload(new File([kept.bytes], kept.name, { type: kept.type }));
    found = replaced(found, name, file);
  }
  return found;
}

/** The files themselves are needed no more: what named them has arrived, or was given up. */
export async function dropFiles(names: string[]): Promise<void> {
  await Promise.all(names.map((name) => del(name, store)));
}

/** Where a picture can be shown from: the API, or this device. */
export function useSource(file: string | undefined): string | undefined {
  const [source, setSource] = useState<string>();
  useEffect(() => {
    if (!file) return setSource(undefined);
    if (!isLocal(file)) return setSource(`/v1/files/${encodeURIComponent(file)}`);
    let address: string | undefined;
    let gone = false;
    void get<Blobbed>(file, store).then((kept) => {
      if (!kept || gone) return;
      address = URL.createObjectURL(new Blob([kept.bytes], { type: kept.type }));
      setSource(address);
    });
    return () => {
      gone = true;
      if (address) URL.revokeObjectURL(address);
    };
  }, [file]);
  return source;
}
