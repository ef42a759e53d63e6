{{/* Names and parts that several resources share. */}}

{{- define "tocsin.name" -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "tocsin.selector" -}}
app.kubernetes.io/name: tocsin
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "tocsin.labels" -}}
{{ include "tocsin.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end -}}

{{- define "tocsin.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{- define "tocsin.configMap" -}}
{{ .Values.config.existingConfigMap | default (printf "%s-config" (include "tocsin.name" .)) }}
{{- end -}}

{{/* A pod restarts when its files change. */}}
{{- define "tocsin.annotations" -}}
checksum/config: {{ printf "%s%s" .Values.config.watchlist .Values.config.response | sha256sum }}
{{- end -}}

{{- define "tocsin.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "tocsin.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* Settings of every process. Takes root and role: worker, notifier, desk or admin. */}}
{{- define "tocsin.settings" -}}
{{- $kafka := .root.Values.kafka -}}
{{- $user := index $kafka.users .role -}}
- name: KAFKA_BOOTSTRAP
  value: {{ required "set kafka.bootstrap to host:port of your Kafka" $kafka.bootstrap | quote }}
- name: KAFKA_SECURITY_PROTOCOL
  value: {{ $kafka.securityProtocol | quote }}
{{- if hasPrefix "SASL" $kafka.securityProtocol }}
- name: KAFKA_SASL_MECHANISM
  value: {{ $kafka.saslMechanism | quote }}
- name: KAFKA_SASL_USERNAME
  value: {{ $user.name | quote }}
- name: KAFKA_SASL_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ $user.secret }}
      key: {{ $user.key }}
{{- end }}
{{- if $kafka.caSecret.name }}
- name: KAFKA_SSL_CAFILE
  value: /etc/kafka-ca/{{ $kafka.caSecret.key }}
{{- end }}
- name: TOCSIN_NAMESPACE
  value: {{ .root.Values.namespace | quote }}
- name: TOCSIN_WORKER
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
{{- range $name, $value := .root.Values.settings }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end -}}

{{/* What the notifier and the pages behind links have to agree on. */}}
{{- define "tocsin.links" -}}
{{- if .Values.respond.enabled }}
- name: TOCSIN_RESPOND_URL
  value: {{ required "set respond.url to the address that phones reach" .Values.respond.url | quote }}
- name: TOCSIN_RESPOND_SECRET
  valueFrom:
    secretKeyRef:
      name: {{ required "set respond.secret.name to a Secret of at least 32 characters" .Values.respond.secret.name }}
      key: {{ .Values.respond.secret.key }}
{{- end }}
{{- end -}}

{{- define "tocsin.mounts" -}}
- name: config
  mountPath: /etc/tocsin
  readOnly: true
- name: tmp
  mountPath: /tmp
{{- if .Values.kafka.caSecret.name }}
- name: kafka-ca
  mountPath: /etc/kafka-ca
  readOnly: true
{{- end }}
{{- end -}}

{{- define "tocsin.volumes" -}}
- name: config
  configMap:
    name: {{ include "tocsin.configMap" . }}
- name: tmp
  emptyDir:
    sizeLimit: 256Mi
{{- if .Values.kafka.caSecret.name }}
- name: kafka-ca
  secret:
    secretName: {{ .Values.kafka.caSecret.name }}
{{- end }}
{{- end -}}

{{- define "tocsin.probes" -}}
startupProbe:
  httpGet:
    path: /live
    port: {{ . }}
  periodSeconds: 5
  failureThreshold: 60
livenessProbe:
  httpGet:
    path: /live
    port: {{ . }}
  periodSeconds: 10
  timeoutSeconds: 3
  failureThreshold: 6
readinessProbe:
  httpGet:
    path: /ready
    port: {{ . }}
  periodSeconds: 5
  timeoutSeconds: 3
{{- end -}}
