import { bring } from '@/app/words/bring';
import de from '@/app/words/log.de';
import en from '@/app/words/log.en';

bring('log', { en, de });
