/** Records a voice message with the microphone, measuring how loud it is. */

import { useCallback, useEffect, useRef, useState } from 'react';

export type RecorderProblem = 'denied' | 'missing' | 'unsupported' | 'broken';

export type Recording = { file: File; levels: readonly number[]; durationMs: number };

export type RecorderState = {
  phase: 'idle' | 'asking' | 'recording';
  problem: RecorderProblem | null;
  /** How loud each moment was. */
  levels: readonly number[];
  elapsedMs: number;
};

export type Recorder = RecorderState & {
  start: () => void;
  /** Gives what was recorded; `null` where nothing was. */
  finish: () => Promise<Recording | null>;
  cancel: () => void;
};

/** What browsers record, best first; the server measures both. */
const TYPES = [
  ['audio/webm;codecs=opus', 'webm'],
  ['audio/mp4', 'm4a'],
  ['audio/ogg;codecs=opus', 'ogg'],
] as const;

const TICK_MS = 60;
/** Moments that are shown while one records. */
const SHOWN_MAX = 60;
/** A recording ends by itself; what was said is kept. */
const RECORDING_MAX_MS = 15 * 60_000;

type Session = {
  recorder: MediaRecorder;
  stream: MediaStream;
  context: AudioContext;
  timer: ReturnType<typeof setInterval>;
  chunks: Blob[];
  levels: number[];
  startedAt: number;
  extension: string;
};

const IDLE: RecorderState = { phase: 'idle', problem: null, levels: [], elapsedMs: 0 };

export function useRecorder(measure: (samples: Uint8Array) => number): Recorder {
  const [state, setState] = useState<RecorderState>(IDLE);
  const session = useRef<Session | null>(null);
  /** Counts starts: a permission that comes after a cancel starts nothing. */
  const turn = useRef(0);

  const end = useCallback((): Session | null => {
    const ended = session.current;
    session.current = null;
    turn.current += 1;
    if (ended !== null) {
      clearInterval(ended.timer);
      void ended.context.close();
    }
    return ended;
  }, []);

  const cancel = useCallback(() => {
    const ended = end();
    if (ended !== null) {
      ended.recorder.stop();
      stopTracks(ended.stream);
    }
    setState(IDLE);
  }, [end]);

  const start = useCallback(() => {
    turn.current += 1;
    const mine = turn.current;
    const type = TYPES.find(([mime]) => isSupported(mime));
    if (type === undefined) {
      setState({ ...IDLE, problem: 'unsupported' });
      return;
    }
    setState({ ...IDLE, phase: 'asking' });
    navigator.mediaDevices.getUserMedia({ audio: true }).then(
      (stream) => {
        if (mine !== turn.current) {
          stopTracks(stream);
          return;
        }
        session.current = begin(stream, type, measure, (levels, elapsedMs) => {
          setState({ phase: 'recording', problem: null, levels, elapsedMs });
          if (elapsedMs >= RECORDING_MAX_MS && session.current?.recorder.state === 'recording') {
            session.current.recorder.pause();
          }
        });
      },
      (thrown: unknown) => {
        if (mine === turn.current) {
          setState({ ...IDLE, problem: problemOf(thrown) });
        }
      },
    );
  }, [measure]);

  const finish = useCallback(async (): Promise<Recording | null> => {
    const ended = end();
    setState(IDLE);
    return ended === null ? null : toRecording(ended);
  }, [end]);

  useEffect(() => cancel, [cancel]);
  return { ...state, start, finish, cancel };
}

function isSupported(mime: string): boolean {
  return (
    typeof MediaRecorder !== 'undefined' &&
    'mediaDevices' in navigator &&
    MediaRecorder.isTypeSupported(mime)
  );
}

function begin(
  stream: MediaStream,
  [mimeType, extension]: (typeof TYPES)[number],
  measure: (samples: Uint8Array) => number,
  onTick: (levels: readonly number[], elapsedMs: number) => void,
): Session {
  const recorder = new MediaRecorder(stream, { mimeType });
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Uint8Array(analyser.fftSize);
  const startedAt = Date.now();
  const levels: number[] = [];
  const chunks: Blob[] = [];
  recorder.ondataavailable = ({ data }) => {
    chunks.push(data);
  };
  recorder.start(1000);
  const timer = setInterval(() => {
    if (recorder.state === 'recording') {
      analyser.getByteTimeDomainData(samples);
      levels.push(measure(samples));
      onTick([...levels.slice(-SHOWN_MAX)], Date.now() - startedAt);
    }
  }, TICK_MS);
  return { recorder, stream, context, timer, chunks, levels, startedAt, extension };
}

async function toRecording(ended: Session): Promise<Recording> {
  const { recorder, stream, chunks, levels, startedAt, extension } = ended;
  await new Promise<void>((resolve) => {
    recorder.onstop = () => {
      resolve();
    };
    recorder.stop();
  });
  stopTracks(stream);
  const type = recorder.mimeType.split(';')[0] ?? 'audio/webm';
  const file = new File(chunks, `voice.${extension}`, { type });
  return { file, levels, durationMs: Date.now() - startedAt };
}

function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) {
    track.stop();
  }
}

function problemOf(thrown: unknown): RecorderProblem {
  const name = thrown instanceof DOMException ? thrown.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') {
    return 'denied';
  }
  return name === 'NotFoundError' ? 'missing' : 'broken';
}
