{{/* What `astrohub-admin preflight` is to look at, from the site's values. */}}
{{- define "astrohub.preflight.settings" -}}
{{- $hub := .Values.jupyterhub.hub }}
publicUrl: {{ include "astrohub.publicUrl" . | quote }}
subdomains: {{ include "astrohub.subdomains" . | not | not }}
probeImage: {{ include "astrohub.image" $hub.image }}
pullPolicy: {{ $hub.image.pullPolicy | default "IfNotPresent" }}
pullSecrets: {{ include "astrohub.preflight.pullSecrets" . }}
secret: {{ $hub.existingSecret | quote }}
secretKeys: [archive.json{{ if .Values.jupyterhub.enabled }}, proxy-token, hub.config.JupyterHub.cookie_secret, hub.config.CryptKeeper.keys{{ end }}{{ if .Values.database.enabled }}, hub.db.password, archive.database.password{{ end }}]
images:
  {{- if .Values.jupyterhub.enabled }}
  - {{ include "astrohub.image" .Values.jupyterhub.proxy.chp.image }}
  - {{ include "astrohub.image" .Values.jupyterhub.singleuser.image }}
  {{- range .Values.jupyterhub.custom.astrohub.kubernetes.profiles }}
  {{- with .image }}
  - {{ . }}
  {{- end }}
  {{- end }}
  {{- end }}
  {{- if .Values.archive.enabled }}
  - {{ include "astrohub.image" .Values.archive.image }}
  {{- end }}
  {{- if .Values.database.enabled }}
  - {{ include "astrohub.image" .Values.database.image }}
  {{- end }}
volumes:
  {{- $wanted := include "astrohub.claims.wanted" . | fromYaml }}
  {{- range $name := keys $wanted | sortAlpha }}
  {{- if get $wanted $name }}
  {{- $storage := get $.Values.storage $name }}
  - name: {{ $name }}
    claim: {{ include "astrohub.claim" (dict "name" $name "storage" $storage) }}
    storageClass: {{ $storage.storageClassName | toJson }}
    accessModes: {{ $storage.accessModes | toJson }}
  {{- end }}
  {{- end }}
networkPolicy: {{ .Values.networkPolicy.enabled }}
{{- if .Values.jupyterhub.enabled }}
servers:
  {{- include "astrohub.preflight.servers" . | nindent 2 }}
{{- end }}
services:
  {{- if .Values.jupyterhub.enabled }}
  - {{ include "jupyterhub.hub.fullname" . }}:8081
  - {{ include "jupyterhub.proxy-public.fullname" . }}:80
  {{- end }}
  {{- if .Values.archive.enabled }}
  - archive:8090
  {{- end }}
users: {{ .Values.preflight.users }}
{{- end }}

{{/* Kinds of user servers: singleuser of z2jh's part, and what profiles change of it. */}}
{{- define "astrohub.preflight.servers" -}}
{{- $single := .Values.jupyterhub.singleuser }}
{{- range concat (list (dict "slug" "default")) (.Values.jupyterhub.custom.astrohub.kubernetes.profiles | default list) }}
- name: {{ .slug }}
  cpuGuarantee: {{ .cpuGuarantee | default $single.cpu.guarantee | default 0 | toString | quote }}
  cpuLimit: {{ .cpuLimit | default $single.cpu.limit | default 0 | toString | quote }}
  memoryGuarantee: {{ .memoryGuarantee | default $single.memory.guarantee | default 0 | toString | quote }}
  memoryLimit: {{ .memoryLimit | default $single.memory.limit | default 0 | toString | quote }}
{{- end }}
{{- end }}

{{- define "astrohub.preflight.pullSecrets" -}}
{{- $names := list }}
{{- range concat (.Values.jupyterhub.hub.image.pullSecrets | default list) (.Values.jupyterhub.imagePullSecrets | default list) .Values.archive.image.pullSecrets }}
{{- $names = append $names (kindIs "map" . | ternary . (dict "name" .)).name }}
{{- end }}
{{- $names | uniq | toJson }}
{{- end }}

{{/* Which hooks bring the parts that both Jobs need. */}}
{{- define "astrohub.preflight.hooks" -}}
helm.sh/hook: {{ .Values.preflight.beforeInstall | ternary "pre-install,pre-upgrade,test" "test" }}
helm.sh/hook-weight: "-10"
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end }}
