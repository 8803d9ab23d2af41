import { isEntityType } from '@idaemon/open-metadata';
import { describe, expect, it } from 'vitest';
import { kind, kindOfName } from './file-kinds.js';
import { kindOfContent } from './file-signatures.js';

describe('kinds of files', () => {
  it('are told by the extension, whatever its case', () => {
    expect(kindOfName('/a/Orders.CSV')).toBe('csv');
    expect(kindOfName('/a/orders.tar.gz')).toBe('archive');
    expect(kindOfName('/a/photo.jpeg')).toBe('raster');
  });

  it('are told by the whole name before the extension', () => {
    expect(kindOfName('/a/pom.xml')).toBe('build');
    expect(kindOfName('/a/Dockerfile')).toBe('script');
  });

  it('are unknown without an extension, and a dot at the beginning makes none', () => {
    expect(kindOfName('/a/orders')).toBe('unknown');
    expect(kindOfName('/a/.csv')).toBe('unknown');
    expect(kindOfName('/a/orders.')).toBe('unknown');
    expect(kindOfName('/a/orders.constructor')).toBe('unknown');
  });

  it.each(['csv', 'avro', 'parquet', 'json', 'log', 'raster', 'document', 'keystore', 'archive'] as const)(
    'have a type that exists: %s',
    (name) => {
      expect(isEntityType(kind(name).typeName)).toBe(true);
    },
  );

  it('are told by the first bytes', () => {
    expect(kindOfContent(Buffer.from('PAR1....'))).toBe('parquet');
    expect(kindOfContent(Buffer.from('Obj\x01...'))).toBe('avro');
    expect(kindOfContent(Buffer.from([0x1f, 0x8b, 8, 0]))).toBe('archive');
    expect(kindOfContent(Buffer.from('#!/bin/sh'))).toBe('script');
    expect(kindOfContent(Buffer.from('some words'))).toBeUndefined();
    expect(kindOfContent(Buffer.alloc(0))).toBeUndefined();
  });
});
