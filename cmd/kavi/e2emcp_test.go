package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

// serveMCP is test-mcp: a server of the Model Context Protocol on standard input
// and output that has one tool, get_ticket. Each use of it adds a line to the file
// that its argument names.
func serveMCP() {
	type object map[string]any
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		var m struct {
			ID     json.RawMessage `json:"id"`
			Method string          `json:"method"`
			Params struct {
				Version   string            `json:"protocolVersion"`
				Arguments map[string]string `json:"arguments"`
			} `json:"params"`
		}
		if json.Unmarshal(in.Bytes(), &m) != nil || len(m.ID) == 0 {
			continue
		}
		result := object{}
		switch m.Method {
		case "initialize":
			result = object{"protocolVersion": m.Params.Version, "capabilities": object{"tools": object{}}, "serverInfo": object{"name": "tracker", "version": "1"}}
		case "tools/list":
			schema := object{"type": "object", "properties": object{"id": object{"type": "string"}}, "required": []string{"id"}}
			result = object{"tools": []object{{"name": "get_ticket", "description": "read a ticket", "inputSchema": schema}}}
		case "tools/call":
			if err := appendLine(os.Args[1], m.Params.Arguments["id"]); err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
			result = object{"content": []object{{"type": "text", "text": "ticket " + m.Params.Arguments["id"] + " says hi"}}}
		}
		b, err := json.Marshal(object{"jsonrpc": "2.0", "id": m.ID, "result": result})
		if err != nil {
			os.Exit(1)
		}
		fmt.Printf("%s\n", b)
	}
}

func appendLine(path, line string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(f, line)
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}
