import { describe, expect, it } from 'vitest';
import { checkRelationship } from './check-relationship.js';

const comment = { type: 'AttachedComment', end1Type: 'CSVFile', end2Type: 'Comment' };

describe('the check of a relationship', () => {
  it('finds nothing wrong with a right one', () => {
    expect(checkRelationship({ ...comment, properties: { isPublic: true } })).toEqual([]);
    expect(checkRelationship({ type: 'NestedFile', end1Type: 'FileFolder', end2Type: 'CSVFile' })).toEqual(
      [],
    );
  });

  it.each([
    ['AttachedComent', '"AttachedComent" is not a relationship type; did you mean AttachedComment?'],
    ['Asset', 'Asset is an entity type, not a relationship type'],
  ])('refuses the type %s', (type, message) => {
    expect(checkRelationship({ ...comment, type })).toEqual([{ path: 'type', message }]);
  });

  it('says what belongs at a wrong end', () => {
    expect(checkRelationship({ ...comment, end2Type: 'GlossaryTerm' })).toEqual([
      {
        path: 'end2Type',
        message: 'end 2 of AttachedComment must be Comment or a subtype of it, not GlossaryTerm',
      },
    ]);
  });

  it('names an entity type that does not exist', () => {
    expect(checkRelationship({ ...comment, end1Type: 'CSVFil' })).toEqual([
      { path: 'end1Type', message: '"CSVFil" is not an entity type; did you mean CSVFile?' },
    ]);
  });

  it('says that ends are swapped when each would fit at the other end', () => {
    expect(checkRelationship({ ...comment, end1Type: 'Comment', end2Type: 'CSVFile' })).toEqual([
      {
        path: 'end1Type',
        message:
          'the ends of AttachedComment are swapped: end 1 is Referenceable and end 2 is Comment, ' +
          'so CSVFile belongs at end 1 and Comment at end 2',
      },
    ]);
  });

  it('refuses attributes that the relationship does not have', () => {
    expect(checkRelationship({ ...comment, properties: { ispublic: true } })).toEqual([
      {
        path: 'properties.ispublic',
        message: 'AttachedComment has no attribute "ispublic"; did you mean isPublic?',
      },
    ]);
  });

  it('takes a qualified name for an attribute where the relationship has one', () => {
    const flow = { type: 'DataFlow', end1Type: 'Process', end2Type: 'Process' };
    expect(checkRelationship({ ...flow, properties: { qualifiedName: 'flow' } })).toEqual([]);
  });
});
