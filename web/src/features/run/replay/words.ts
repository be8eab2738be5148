import { bring } from '@/app/words/bring';
import de from '@/app/words/replay.de';
import en from '@/app/words/replay.en';

bring('replay', { en, de });
