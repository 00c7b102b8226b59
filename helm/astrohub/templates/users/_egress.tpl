{{/* Whom a user server reaches of what is ours, and of the world outside. */}}
{{- define "astrohub.egress" -}}
- to:
    - podSelector:
        matchExpressions:
          - {key: app.kubernetes.io/instance, operator: In, values: [{{ .Release.Name }}]}
          - {key: app.kubernetes.io/component, operator: In, values: [archive, notebooks]}
  ports: [{port: 8090}, {port: 8091}]
{{- if .Values.networkPolicy.internet }}
- to:
    - ipBlock:
        cidr: 0.0.0.0/0
        except:
          # Private networks, with pods and services; carriers' and metadata addresses; the site's own nodes.
          - 10.0.0.0/8
          - 172.16.0.0/12
          - 192.168.0.0/16
          - 100.64.0.0/10
          - 169.254.0.0/16
          {{- range .Values.networkPolicy.protected }}
          - {{ . }}
          {{- end }}
{{- end }}
{{- end }}
