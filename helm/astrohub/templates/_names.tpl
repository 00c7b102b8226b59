{{/* Names and labels of what is ours; z2jh's part has its own. */}}

{{- define "astrohub.labels" -}}
{{ include "astrohub.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{- define "astrohub.selector" -}}
app.kubernetes.io/name: astrohub
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{/* Labels of user servers, as z2jh's part and KubeSpawner give them. */}}
{{- define "astrohub.servers" -}}
app.kubernetes.io/component: singleuser-server
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* The Secret of the site: the hub's, unless a part names its own. */}}
{{- define "astrohub.secret" -}}
{{- .part.existingSecret | default .root.Values.jupyterhub.hub.existingSecret | required (printf "Name the site's Secret: jupyterhub.hub.existingSecret, or %s.existingSecret." .name) }}
{{- end }}

{{- define "astrohub.claim" -}}
{{- .storage.existingClaim | default (printf "astrohub-%s" .name) }}
{{- end }}

{{/* Which volumes the parts that are switched on need. */}}
{{- define "astrohub.claims.wanted" -}}
public: {{ .Values.archive.enabled }}
files: {{ or .Values.archive.enabled .Values.jupyterhub.enabled }}
work: {{ .Values.archive.enabled }}
notebooks: {{ .Values.notebooks.enabled }}
database: {{ .Values.database.enabled }}
{{- end }}

{{- define "astrohub.publicUrl" -}}
{{- .Values.jupyterhub.custom.astrohub.publicUrl | trimSuffix "/" }}
{{- end }}

{{/* Whether every user has a name below the site's: what JupyterHub is told, if it is told the site's own address. */}}
{{- define "astrohub.subdomains" -}}
{{- if .Values.jupyterhub.enabled }}{{ dig "JupyterHub" "subdomain_host" "" .Values.jupyterhub.hub.config }}{{ end }}
{{- end }}

{{/* The path under which the whole site stands, without a slash at its end. */}}
{{- define "astrohub.basePath" -}}
{{- (urlParse (include "astrohub.publicUrl" .)).path | trimSuffix "/" }}
{{- end }}

{{- define "astrohub.image" -}}
{{ .name }}:{{ .tag }}
{{- end }}

{{/* Where a pod of the hub's image runs and how its image is fetched: as z2jh's part has it for the hub. */}}
{{- define "astrohub.besideHub" -}}
{{- $z2jh := .Values.jupyterhub }}
{{- with include "jupyterhub.imagePullSecrets" (dict "root" . "image" $z2jh.hub.image) }}
imagePullSecrets: {{ . }}
{{- end }}
{{- with $z2jh.hub.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with concat $z2jh.scheduling.corePods.tolerations $z2jh.hub.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
