// Command k8sbox is every program of a Kubernetes node and its control plane in one file:
// k8sbox kube-apiserver …, k8sbox kubelet …, k8sbox kubectl …
// One file instead of seven links the code that they share once: less to build and to keep.
package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	_ "k8s.io/component-base/metrics/prometheus/clientgo" // as in Kubernetes' own main packages: request metrics
	_ "k8s.io/component-base/metrics/prometheus/version"  // the metric kubernetes_build_info
)

func main() {
	name := ""
	if len(os.Args) > 1 {
		name = os.Args[1]
	}
	run, known := programs[name]
	if !known {
		fmt.Fprintf(os.Stderr, "usage: k8sbox {%s} …\n", strings.Join(names(), "|"))
		os.Exit(2)
	}
	os.Args = os.Args[1:] // The programs read their arguments, and their own name, from here.
	run()
}

func names() []string {
	all := make([]string, 0, len(programs))
	for name := range programs {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}
