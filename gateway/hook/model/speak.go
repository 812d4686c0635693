package model

import (
	"fmt"
	"time"
)

// object is what a piece of JSON looks like in the agents' interfaces.
type object map[string]any

// messages is Anthropic's interface: an answer is made of numbered blocks, each
// opened, filled and closed.
func messages(a answer) []event {
	var all []event
	send := func(kind string, o object) {
		o["type"] = kind
		all = append(all, event{kind, o})
	}
	var content []object
	block := func(whole, opened, delta object) {
		i := len(content)
		content = append(content, whole)
		send("content_block_start", object{"index": i, "content_block": opened})
		send("content_block_delta", object{"index": i, "delta": delta})
		send("content_block_stop", object{"index": i})
	}
	message := object{
		"id": fmt.Sprintf("msg_%d_%d", a.n, time.Now().UnixNano()), "type": "message", "role": "assistant", "model": a.model,
		"content": []object{}, "stop_reason": nil, "stop_sequence": nil,
		"usage": object{"input_tokens": 100, "output_tokens": 1, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0},
	}
	send("message_start", object{"message": message})
	block(object{"type": "text", "text": a.turn.Text}, object{"type": "text", "text": ""}, object{"type": "text_delta", "text": a.turn.Text})
	stop := "end_turn"
	for i, c := range a.turn.Calls {
		stop = "tool_use"
		block(
			object{"type": "tool_use", "id": "toolu_" + a.id(i), "name": c.Name, "input": c.input()},
			object{"type": "tool_use", "id": "toolu_" + a.id(i), "name": c.Name, "input": object{}},
			object{"type": "input_json_delta", "partial_json": string(c.input())})
	}
	send("message_delta", object{"delta": object{"stop_reason": stop, "stop_sequence": nil}, "usage": object{"output_tokens": 20}})
	send("message_stop", object{})
	whole := object{}
	for k, v := range message {
		whole[k] = v
	}
	whole["content"], whole["stop_reason"] = content, stop
	return append(all, event{"", whole})
}

// responses is OpenAI's newer interface: an answer is a list of finished items.
func responses(a answer) []event {
	id := fmt.Sprintf("resp_%d_%d", a.n, time.Now().UnixNano())
	items := []object{{
		"type": "message", "id": "msg_" + id, "role": "assistant", "status": "completed",
		"content": []object{{"type": "output_text", "text": a.turn.Text, "annotations": []object{}}},
	}}
	for i, c := range a.turn.Calls {
		item := object{"type": "function_call", "id": "fc_" + a.id(i), "call_id": a.id(i), "name": c.Name, "status": "completed"}
		if c.Namespace != "" {
			item["namespace"] = c.Namespace
		}
		if text, free := c.Input.(string); free {
			item["type"], item["input"] = "custom_tool_call", text
		} else {
			item["arguments"] = string(c.input())
		}
		items = append(items, item)
	}
	whole := object{
		"id": id, "object": "response", "status": "completed", "model": a.model, "output": items,
		"usage": object{
			"input_tokens": 100, "output_tokens": 20, "total_tokens": 120,
			"input_tokens_details": object{"cached_tokens": 0}, "output_tokens_details": object{"reasoning_tokens": 0},
		},
	}
	var all []event
	send := func(kind string, o object) {
		o["type"], o["sequence_number"] = kind, len(all)
		all = append(all, event{kind, o})
	}
	send("response.created", object{"response": object{"id": id, "object": "response", "status": "in_progress", "model": a.model, "output": []object{}}})
	for i, item := range items {
		send("response.output_item.added", object{"output_index": i, "item": item})
		send("response.output_item.done", object{"output_index": i, "item": item})
	}
	send("response.completed", object{"response": whole})
	return append(all, event{"", whole})
}

// completions is OpenAI's older interface, which most other servers speak too.
func completions(a answer) []event {
	head := func(kind string, choice object) object {
		choice["index"] = 0
		return object{
			"id": fmt.Sprintf("chatcmpl-%d", a.n), "object": kind, "created": time.Now().Unix(), "model": a.model,
			"choices": []object{choice}, "usage": object{"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
		}
	}
	chunk := func(delta object, finish any) event {
		return event{"", head("chat.completion.chunk", object{"delta": delta, "finish_reason": finish})}
	}
	all := []event{chunk(object{"role": "assistant", "content": a.turn.Text}, nil)}
	message, finish := object{"role": "assistant", "content": a.turn.Text}, "stop"
	var calls []object
	for i, c := range a.turn.Calls {
		call := object{"index": i, "id": a.id(i), "type": "function", "function": object{"name": c.Name, "arguments": string(c.input())}}
		calls = append(calls, call)
		all = append(all, chunk(object{"tool_calls": []object{call}}, nil))
	}
	if len(calls) > 0 {
		message["tool_calls"], finish = calls, "tool_calls"
	}
	all = append(all, chunk(object{}, finish), event{"", "[DONE]"})
	return append(all, event{"", head("chat.completion", object{"message": message, "finish_reason": finish})})
}

// gemini is Google's interface: parts of one candidate, all in one piece. A
// question about who speaks next is asked with a schema; "user" ends the turn.
func gemini(a answer) []event {
	parts := []object{{"text": a.turn.Text}}
	for i, c := range a.turn.Calls {
		parts = append(parts, object{"functionCall": object{"id": a.id(i), "name": c.Name, "args": c.input()}})
	}
	whole := object{
		"candidates":    []object{{"index": 0, "content": object{"role": "model", "parts": parts}, "finishReason": "STOP"}},
		"usageMetadata": object{"promptTokenCount": 100, "candidatesTokenCount": 20, "totalTokenCount": 120},
		"modelVersion":  "scripted",
	}
	return []event{{"", whole}, {"", whole}}
}
