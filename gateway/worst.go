package gateway

import "slices"

// WorstFirst gives the indices of a call's parts in the order in which they are
// read: by how grave they are; of equals the one that decided, then as they stand.
func (j Judgement) WorstFirst() []int {
	order := make([]int, len(j.Parts))
	worstOf := make([]Effect, len(j.Parts))
	for i, p := range j.Parts {
		order[i], worstOf[i] = i, worst(p)
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case len(j.Parts[a].Effects) > 0 && (len(j.Parts[b].Effects) == 0 || graver(worstOf[a], worstOf[b])):
			return -1
		case len(j.Parts[b].Effects) > 0 && (len(j.Parts[a].Effects) == 0 || graver(worstOf[b], worstOf[a])):
			return 1
		case a == j.Part:
			return -1
		case b == j.Part:
			return 1
		}
		return 0
	})
	return order
}

// PartRisk labels one part by itself.
func PartRisk(p Part) Risk { return riskOf([]Part{p}) }

// GravestFirst gives effects in the order in which they are read.
func GravestFirst(effects []Effect) []Effect {
	out := slices.Clone(effects)
	slices.SortStableFunc(out, func(a, b Effect) int {
		switch {
		case graver(a, b):
			return -1
		case graver(b, a):
			return 1
		}
		return 0
	})
	return out
}
