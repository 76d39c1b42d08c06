// Command issuers hosts cert-manager's own controllers for issuers, certificates and their requests, outside of any cluster:
// a rehearsal's pods run nothing, so that nobody else would issue there. ACME by DNS is part of it, webhooks are not.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"k8s.io/client-go/discovery"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/cert-manager/cert-manager/pkg/controller"
	"github.com/cert-manager/cert-manager/pkg/controller/acmechallenges"
	"github.com/cert-manager/cert-manager/pkg/controller/acmeorders"
	requestsacme "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/acme"
	"github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/approver"
	requestsca "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/ca"
	requestsselfsigned "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/selfsigned"
	"github.com/cert-manager/cert-manager/pkg/controller/certificates/issuing"
	"github.com/cert-manager/cert-manager/pkg/controller/certificates/keymanager"
	"github.com/cert-manager/cert-manager/pkg/controller/certificates/readiness"
	"github.com/cert-manager/cert-manager/pkg/controller/certificates/requestmanager"
	"github.com/cert-manager/cert-manager/pkg/controller/certificates/revisionmanager"
	"github.com/cert-manager/cert-manager/pkg/controller/certificates/trigger"
	"github.com/cert-manager/cert-manager/pkg/controller/clusterissuers"
	"github.com/cert-manager/cert-manager/pkg/controller/issuers"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/acme"
	"github.com/cert-manager/cert-manager/pkg/issuer/acme/dns/util"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/ca"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/selfsigned"
)

// Each registers its constructor when it is loaded.
var names = []string{
	issuers.ControllerName,
	clusterissuers.ControllerName,
	acmeorders.ControllerName,
	acmechallenges.ControllerName,
	approver.ControllerName,
	requestsacme.CRControllerName,
	requestsca.CRControllerName,
	requestsselfsigned.CRControllerName,
	trigger.ControllerName,
	keymanager.ControllerName,
	requestmanager.ControllerName,
	issuing.ControllerName,
	readiness.ControllerName,
	revisionmanager.ControllerName,
}

// How long the definitions of cert-manager's kinds may take to appear.
const patience = 2 * time.Minute

func main() {
	kubeconfig := flag.String("kubeconfig", "", "path of a kubeconfig; its current context is used")
	namespace := flag.String("cluster-resource-namespace", "cert-manager", "where the Secrets of ClusterIssuers are")
	nameservers := flag.String("dns01-nameservers", "", "host:port of resolvers that see the answers to ACME's challenges, by commas; the system's by default")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *kubeconfig, *namespace, acmeOptions(*nameservers)); err != nil {
		fmt.Fprintln(os.Stderr, "issuers:", err)
		os.Exit(1)
	}
}

// acmeOptions asks resolvers that are given in the place of the zone's own name servers.
func acmeOptions(nameservers string) controller.ACMEOptions {
	options := controller.ACMEOptions{DNS01CheckAuthoritative: nameservers == "", DNS01CheckRetryPeriod: 2 * time.Second}
	if nameservers == "" {
		options.DNS01Nameservers = util.RecursiveNameservers
	} else {
		options.DNS01Nameservers = strings.Split(nameservers, ",")
	}
	return options
}

func run(ctx context.Context, kubeconfig, namespace string, acme controller.ACMEOptions) error {
	if err := awaitKinds(ctx, kubeconfig); err != nil {
		return err
	}
	factory, err := controller.NewContextFactory(ctx, controller.ContextOptions{
		Kubeconfig:         kubeconfig,
		KubernetesAPIQPS:   50,
		KubernetesAPIBurst: 100,
		// As the chart has it: issuers of the whole cluster may use what its pods are.
		IssuerOptions:    controller.IssuerOptions{ClusterResourceNamespace: namespace, ClusterIssuerAmbientCredentials: true},
		ACMEOptions:      acme,
		SchedulerOptions: controller.SchedulerOptions{MaxConcurrentChallenges: 60},
		CertificateOptions: controller.CertificateOptions{
			CertificateRequestMinimumBackoffDuration: time.Second,
			CertificateRequestMaximumBackoffDuration: time.Minute,
		},
	})
	if err != nil {
		return err
	}
	var running sync.WaitGroup
	failed := make(chan error, len(names))
	started := make([]controller.Interface, 0, len(names))
	for _, name := range names {
		construct, known := controller.Known()[name]
		if !known {
			return fmt.Errorf("cert-manager has no controller %q", name)
		}
		one, err := construct(factory)
		if err != nil {
			return fmt.Errorf("controller %q: %w", name, err)
		}
		started = append(started, one)
	}
	shared, err := factory.Build("issuers")
	if err != nil {
		return err
	}
	shared.SharedInformerFactory.Start(ctx.Done())
	shared.KubeSharedInformerFactory.Start(ctx.Done())
	// Nobody answers by HTTP here, but challenges wait for it.
	shared.HTTP01ResourceMetadataInformersFactory.Start(ctx.Done())
	for i, one := range started {
		running.Go(func() {
			if err := one.Run(2, ctx); err != nil {
				failed <- fmt.Errorf("controller %q: %w", names[i], err)
			}
		})
	}
	fmt.Println("issuing")
	select {
	case err = <-failed:
	case <-ctx.Done():
		running.Wait()
	}
	return err
}

// awaitKinds waits until the API server knows cert-manager's kinds: controllers that ask for others never start.
func awaitKinds(ctx context.Context, kubeconfig string) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	client, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return err
	}
	end := time.Now().Add(patience)
	for {
		found, err := client.ServerResourcesForGroupVersion("cert-manager.io/v1")
		if err == nil && len(found.APIResources) > 0 {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("the cluster has no cert-manager.io/v1 after %s: %w", patience, err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}
