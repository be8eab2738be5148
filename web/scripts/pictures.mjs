// The README's pictures from what the stories saw: `node scripts/pictures.mjs` after the stories were told. The browser
// that took the screenshots makes them small; each is well below LIMIT.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const LIMIT = 60 * 1024;
const FROM = new URL('../screenshots/', import.meta.url);
const TO = new URL('../../docs/pictures/', import.meta.url);
const PICTURES = [
  ['refund-work-light', 'work', 1000],
  ['solar-sale-call-dark', 'run', 1000],
  ['pages-phone-run-light', 'phone', 390],
];

/** A picture, so many pixels wide, as WebP. */
async function small([data, width]) {
  const image = new Image();
  image.src = data;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = Math.round((image.height * width) / image.width);
  const context = canvas.getContext('2d');
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/webp', 0.82);
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
const page = await browser.newPage();
mkdirSync(TO, { recursive: true });
for (const [from, to, width] of PICTURES) {
  const png = readFileSync(new URL(`${from}.png`, FROM)).toString('base64');
  const webp = await page.evaluate(small, [`data:image/png;base64,${png}`, width]);
  const bytes = Buffer.from(webp.split(',')[1], 'base64');
  if (bytes.length > LIMIT) throw new Error(`${to}: ${bytes.length} bytes`);
  writeFileSync(new URL(`${to}.webp`, TO), bytes);
  console.log(`docs/pictures/${to}.webp: ${(bytes.length / 1024).toFixed(0)} KB`);
}
await browser.close();
