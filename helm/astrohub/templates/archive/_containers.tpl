{{/* What runs in the archive's pod before the archive. */}}

{{- define "astrohub.archive.probe" -}}
httpGet:
  path: {{ include "astrohub.basePath" . }}/services/archive/tap/availability
  port: http
timeoutSeconds: 5
{{- end }}

{{/* The folder of all homes: anybody may make one (and not list), which then belongs to the archive's group. */}}
{{- define "astrohub.archive.preparing" -}}
- name: homes
  image: {{ include "astrohub.image" .Values.archive.image }}
  imagePullPolicy: {{ .Values.archive.image.pullPolicy }}
  args: [install, --directory, --mode=3733, /srv/astrohub/files/home]
  securityContext:
    {{- include "astrohub.containerSecurity" . | nindent 4 }}
  volumeMounts:
    - {name: files, mountPath: /srv/astrohub/files}
- name: public-files
  image: {{ include "astrohub.image" .Values.archive.image }}
  imagePullPolicy: {{ .Values.archive.image.pullPolicy }}
  args: [install, --directory, --mode=0755, /srv/astrohub/files/public]
  securityContext:
    {{- include "astrohub.containerSecurity" . | nindent 4 }}
  volumeMounts:
    - {name: files, mountPath: /srv/astrohub/files}
{{- with .Values.storage.public.folder }}
- name: catalogues
  image: {{ include "astrohub.image" $.Values.archive.image }}
  imagePullPolicy: {{ $.Values.archive.image.pullPolicy }}
  args: [mkdir, --parents, /srv/astrohub/volume/{{ . }}]
  securityContext:
    {{- include "astrohub.containerSecurity" $ | nindent 4 }}
  volumeMounts:
    - {name: public, mountPath: /srv/astrohub/volume}
{{- end }}
{{- if .Values.archive.sampleData }}
- name: sample-data
  image: {{ include "astrohub.image" .Values.archive.image }}
  imagePullPolicy: {{ .Values.archive.image.pullPolicy }}
  args: [astrohub-archive, data, make, --public=/srv/astrohub/public]
  resources:
    {{- toYaml .Values.archive.resources | nindent 4 }}
  securityContext:
    {{- include "astrohub.containerSecurity" . | nindent 4 }}
  volumeMounts:
    - {name: public, mountPath: /srv/astrohub/public, subPath: {{ .Values.storage.public.folder | quote }}}
    - {name: tmp, mountPath: /tmp}
{{- end }}
{{- end }}
