import { bring } from '@/app/words/bring';
import de from '@/app/words/builder.de';
import en from '@/app/words/builder.en';

bring('builder', { en, de });
