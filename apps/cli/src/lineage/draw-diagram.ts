import { nameOf, type FlowGraph, type GraphElement } from './flow-graph.js';

/** For Markdown: GitHub, GitLab and editors draw it. */
export function drawMermaid(graph: FlowGraph): string {
  const ids = idsOf(graph);
  const nodes = [...graph.elements.values()].map((element) => {
    const [open, close] = isProcess(element) ? ['([', '])'] : ['[', ']'];
    return `  ${ids.get(element.guid)}${open}"${mermaidText(nameOf(element))}"${close}`;
  });
  const flows = graph.flows.map(({ from, to, label, isRun }) => {
    const arrow = isRun ? '-.->' : label ? `-->|"${mermaidText(label)}"|` : '-->';
    return `  ${ids.get(from)} ${arrow} ${ids.get(to)}`;
  });
  return ['flowchart LR', ...nodes, ...flows].join('\n');
}

/** For Graphviz. */
export function drawDot(graph: FlowGraph): string {
  const ids = idsOf(graph);
  const nodes = [...graph.elements.values()].map((element) => {
    const shape = isProcess(element) ? 'oval' : 'box';
    return `  ${ids.get(element.guid)} [label=${dotText(nameOf(element))} tooltip=${dotText(element.qualifiedName)} shape=${shape}];`;
  });
  const flows = graph.flows.map(({ from, to, label, isRun }) => {
    const attributes = [...(label ? [`label=${dotText(label)}`] : []), ...(isRun ? ['style=dashed'] : [])];
    return `  ${ids.get(from)} -> ${ids.get(to)}${attributes.length ? ` [${attributes.join(' ')}]` : ''};`;
  });
  return ['digraph lineage {', '  rankdir=LR;', ...nodes, ...flows, '}'].join('\n');
}

function idsOf({ elements }: FlowGraph): Map<string, string> {
  return new Map([...elements.keys()].map((guid, index) => [guid, `n${index + 1}`]));
}

function isProcess({ type }: GraphElement): boolean {
  return /Process|Component|Pipeline|Procedure/.test(type);
}

function mermaidText(text: string): string {
  return text.replaceAll('#', '#35;').replaceAll('"', '#quot;').replaceAll('\n', ' ');
}

function dotText(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', ' ')}"`;
}
