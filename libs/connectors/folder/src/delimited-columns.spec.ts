import { describe, expect, it } from 'vitest';
import { delimitedFacts } from './delimited-columns.js';

describe('delimitedFacts', () => {
  it('reads names from the first row and types from the others', async () => {
    const text = 'id,price,when,day,is open,name,code\n1,2.5,2024-05-31T10:00:00Z,2024-05-31,true,x,0815\n';
    expect(await columnsOf(text)).toEqual([
      ...['id integer', 'price double', 'when timestamp', 'day date', 'is open boolean', 'name string'],
      'code string',
    ]);
  });

  it.each([
    [',', 'a,b\n1,2\n'],
    [';', 'a;b\n1,5;2,5\n'],
    ['\t', 'a\tb, c\n1\t2\n'],
    ['|', 'a|b\n1|2\n'],
  ])('finds the delimiter %j', async (delimiter, text) => {
    expect(await delimitedFacts(text)).toMatchObject({ delimiter, columns: { columns: { length: 2 } } });
  });

  it('takes the delimiter that the kind of the file gives', async () => {
    expect(await delimitedFacts('a,b\tc\n', '\t')).toMatchObject({ delimiter: '\t' });
  });

  it('reads quoted names, with delimiters, quotes and line ends in them', async () => {
    expect(await columnsOf('"a, b","say ""x""","two\nlines"\n1,2,3\n')).toEqual([
      ...['a, b integer', 'say "x" integer', 'two\nlines integer'],
    ]);
  });

  it('names columns by their place where the first row is data', async () => {
    expect(await columnsOf('1,2.5\n3,4\n')).toEqual(['column 1 integer', 'column 2 double']);
  });

  it('gives each column a name of its own', async () => {
    expect(await columnsOf('name,name,,name (2),name\na,b,c,d,e\n')).toEqual([
      ...['name string', 'name (2) string', 'column 3 string', 'name (2) (2) string', 'name (3) string'],
    ]);
  });

  it('looks over gaps when it guesses a type', async () => {
    expect(await columnsOf('a,b\nNA,\n1,\n,null\n')).toEqual(['a integer', 'b string']);
  });

  it('uses the rows before a place that cannot be read, as the end of a sample is', async () => {
    expect(await columnsOf('a,b\n1,2\n3,"cut he')).toEqual(['a integer', 'b integer']);
  });

  it('has no columns where there is nothing', async () => {
    expect(await delimitedFacts('')).toBeUndefined();
    expect(await delimitedFacts('\n\n')).toBeUndefined();
  });

  it('changes its version with the columns, not with the data', async () => {
    const version = async (text: string) => (await delimitedFacts(text))?.columns.version;
    expect(await version('a,b\n1,2\n')).toBe(await version('a,b\n3,4\n5,6\n'));
    expect(await version('a,b\n1,2\n')).not.toBe(await version('b,a\n1,2\n'));
  });
});

async function columnsOf(text: string): Promise<string[] | undefined> {
  const facts = await delimitedFacts(text);
  return facts?.columns.columns.map(({ name, dataType }) => `${name} ${dataType}`);
}
